"""Dead letters in a table, the last failures of messages, and the runs of schedules."""

from alembic import op
from tenancy import APP_ROLE, grant

revision = "dead_letters"
down_revision = "observed_figures"
branch_labels = None
depends_on = None

CREATE = """
    CREATE TABLE message_failures (
        queue text NOT NULL,
        message_id text NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        PRIMARY KEY (queue, message_id)
    );
    CREATE INDEX message_failures_age ON message_failures (last_at);

    CREATE TABLE schedule_runs (
        name text PRIMARY KEY,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        outcome text,
        error text
    );

    ALTER TABLE outbox ADD COLUMN redrive_of text;

    CREATE TABLE dead_letters (
        id uuid PRIMARY KEY,
        queue text NOT NULL,
        message_id text NOT NULL,
        content_format smallint NOT NULL,
        content_key_id text NOT NULL,
        content_wrapped_key bytea NOT NULL,
        content_nonce bytea NOT NULL,
        content bytea NOT NULL,
        reason text NOT NULL,
        attempts integer NOT NULL,
        first_failed_at timestamptz NOT NULL,
        last_failed_at timestamptz NOT NULL,
        object_kind text,
        object_id uuid,
        owner_id uuid,
        redrive_of text,
        first_id uuid,
        state text NOT NULL,
        decided_at timestamptz,
        decided_by uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT dead_letters_content_format_check CHECK (content_format = 1),
        CONSTRAINT dead_letters_content_nonce_check CHECK (length(content_nonce) = 12),
        CONSTRAINT dead_letters_state_check
            CHECK (state IN ('waiting', 'redriven', 'discarded')),
        CONSTRAINT dead_letters_decided_at_check
            CHECK ((state = 'waiting') = (decided_at IS NULL)),
        UNIQUE (queue, message_id)
    );
    CREATE INDEX dead_letters_listed ON dead_letters (queue, id);
    CREATE INDEX dead_letters_waiting ON dead_letters (queue, id) WHERE state = 'waiting';
    CREATE INDEX dead_letters_age ON dead_letters (created_at);
    CREATE INDEX dead_letters_owner ON dead_letters (owner_id);

    ALTER TABLE dead_letters ENABLE ROW LEVEL SECURITY;
    ALTER TABLE dead_letters FORCE ROW LEVEL SECURITY;
    CREATE POLICY system ON dead_letters USING ((SELECT mara_scope_is_system()))
        WITH CHECK ((SELECT mara_scope_is_system()));
"""


def upgrade() -> None:
    op.execute(CREATE)
    grant("message_failures")
    grant("schedule_runs")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON dead_letters TO {APP_ROLE}")


def downgrade() -> None:
    op.execute("""
        DROP TABLE dead_letters; DROP TABLE schedule_runs; DROP TABLE message_failures;
        ALTER TABLE outbox DROP COLUMN redrive_of
    """)
