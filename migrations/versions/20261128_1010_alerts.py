"""Intakes, deliveries, alerts with their episodes and signals, and what was answered."""

from alembic import op
from tenancy import secure

revision = "alerts"
down_revision = "bot_configs"
branch_labels = None
depends_on = None

TABLES = (
    *("alert_intakes", "alert_deliveries", "alerts"),
    *("alert_posts", "alert_episodes", "alert_signals"),
)

UPGRADE = """
    CREATE TABLE alert_intakes (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        name text NOT NULL,
        agent_id uuid NOT NULL,
        default_severity text NOT NULL,
        secret_hash bytea NOT NULL,
        secret_id uuid NOT NULL,
        previous_hash bytea,
        previous_id uuid,
        previous_until timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        accepted bigint DEFAULT 0 NOT NULL,
        refused bigint DEFAULT 0 NOT NULL,
        last_accepted_at timestamptz,
        last_refused_at timestamptz,
        last_refusal text,
        CONSTRAINT alert_intakes_pkey PRIMARY KEY (id),
        CONSTRAINT alert_intakes_default_severity_check
            CHECK (default_severity IN ('critical', 'warning', 'info')),
        CONSTRAINT alert_intakes_owner_id_fkey
            FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT alert_intakes_secret_id_fkey
            FOREIGN KEY (secret_id) REFERENCES connection_secrets (id),
        CONSTRAINT alert_intakes_previous_id_fkey
            FOREIGN KEY (previous_id) REFERENCES connection_secrets (id) ON DELETE SET NULL
    );
    CREATE INDEX alert_intakes_owner ON alert_intakes (owner_id, id);
    CREATE TABLE alert_deliveries (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        intake_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        form text NOT NULL,
        body_hash bytea NOT NULL,
        key_hash bytea,
        alert_ids uuid[] NOT NULL,
        more jsonb NOT NULL,
        truncated integer NOT NULL,
        CONSTRAINT alert_deliveries_pkey PRIMARY KEY (id),
        CONSTRAINT alert_deliveries_form_check
            CHECK (form IN ('alertmanager', 'grafana', 'uptime_kuma', 'plain')),
        CONSTRAINT alert_deliveries_intake_id_fkey
            FOREIGN KEY (intake_id) REFERENCES alert_intakes (id) ON DELETE CASCADE
    );
    CREATE INDEX alert_deliveries_body ON alert_deliveries (intake_id, body_hash, received_at);
    CREATE INDEX alert_deliveries_intake ON alert_deliveries (intake_id, id);
    CREATE UNIQUE INDEX alert_deliveries_key ON alert_deliveries (intake_id, key_hash)
        WHERE key_hash IS NOT NULL;
    CREATE INDEX alert_deliveries_received ON alert_deliveries (received_at);
    CREATE TABLE alerts (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        source_kind text NOT NULL,
        source_id uuid NOT NULL,
        fingerprint text NOT NULL,
        name text NOT NULL,
        severity text NOT NULL,
        status text NOT NULL,
        state jsonb NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        summary text NOT NULL,
        description text NOT NULL,
        labels jsonb NOT NULL,
        is_test boolean NOT NULL,
        CONSTRAINT alerts_pkey PRIMARY KEY (id),
        CONSTRAINT alerts_source_kind_check CHECK (source_kind IN ('intake')),
        CONSTRAINT alerts_severity_check CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT alerts_status_check CHECK (status IN ('firing', 'resolved', 'stale')),
        CONSTRAINT alerts_owner_id_source_kind_source_id_fingerprint_key
            UNIQUE (owner_id, source_kind, source_id, fingerprint),
        CONSTRAINT alerts_owner_id_fkey
            FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX alerts_firing ON alerts (last_at) WHERE status = 'firing';
    CREATE INDEX alerts_last ON alerts (last_at);
    CREATE INDEX alerts_owner ON alerts (owner_id, id);
    CREATE INDEX alerts_owner_last ON alerts (owner_id, last_at, id);
    CREATE TABLE alert_posts (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        source_kind text NOT NULL,
        source_id uuid NOT NULL,
        key text NOT NULL,
        agent_id uuid NOT NULL,
        name text NOT NULL,
        severity text NOT NULL,
        question text NOT NULL,
        created_at timestamptz NOT NULL,
        is_test boolean NOT NULL,
        state text NOT NULL,
        tries integer NOT NULL,
        answer_id uuid,
        agent_version integer,
        reply jsonb,
        failure jsonb,
        asked_at timestamptz,
        settled_at timestamptz,
        try_after timestamptz,
        leased_until timestamptz,
        CONSTRAINT alert_posts_pkey PRIMARY KEY (id),
        CONSTRAINT alert_posts_source_kind_check CHECK (source_kind IN ('intake')),
        CONSTRAINT alert_posts_severity_check CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT alert_posts_state_check
            CHECK (state IN ('waiting', 'answered', 'refused', 'failed')),
        CONSTRAINT alert_posts_owner_id_fkey
            FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
    );
    CREATE INDEX alert_posts_asked ON alert_posts (owner_id, asked_at);
    CREATE INDEX alert_posts_created ON alert_posts (created_at);
    CREATE INDEX alert_posts_key ON alert_posts (owner_id, key, created_at);
    CREATE INDEX alert_posts_waiting ON alert_posts (owner_id) WHERE state = 'waiting';
    CREATE TABLE alert_episodes (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        alert_id uuid NOT NULL,
        post_id uuid NOT NULL,
        began_at timestamptz NOT NULL,
        opened_at timestamptz NOT NULL,
        severity text NOT NULL,
        count integer NOT NULL,
        last_at timestamptz NOT NULL,
        ended_at timestamptz,
        ended_by text,
        CONSTRAINT alert_episodes_pkey PRIMARY KEY (id),
        CONSTRAINT alert_episodes_severity_check
            CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT alert_episodes_alert_id_fkey
            FOREIGN KEY (alert_id) REFERENCES alerts (id) ON DELETE CASCADE,
        CONSTRAINT alert_episodes_post_id_fkey FOREIGN KEY(post_id) REFERENCES alert_posts (id)
    );
    CREATE INDEX alert_episodes_alert ON alert_episodes (alert_id, id);
    CREATE UNIQUE INDEX alert_episodes_open ON alert_episodes (alert_id) WHERE ended_at IS NULL;
    CREATE INDEX alert_episodes_post ON alert_episodes (post_id);
    CREATE TABLE alert_signals (
        id uuid NOT NULL,
        owner_id uuid NOT NULL,
        alert_id uuid NOT NULL,
        delivery_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        is_firing boolean NOT NULL,
        severity text NOT NULL,
        outcome text NOT NULL,
        starts_at timestamptz,
        ends_at timestamptz,
        CONSTRAINT alert_signals_pkey PRIMARY KEY (id),
        CONSTRAINT alert_signals_alert_id_fkey
            FOREIGN KEY (alert_id) REFERENCES alerts (id) ON DELETE CASCADE
    );
    CREATE INDEX alert_signals_alert ON alert_signals (alert_id, id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    for table in TABLES:
        secure(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
