"""Outgoing webhooks and their deliveries."""

from alembic import op
from tenancy import secure

revision = "webhooks"
down_revision = "connection_secrets"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE webhooks (
        id uuid PRIMARY KEY,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        url text NOT NULL,
        description text NOT NULL,
        events text[],
        secret_id uuid NOT NULL REFERENCES connection_secrets,
        created_at timestamptz NOT NULL,
        previous_secret_id uuid REFERENCES connection_secrets ON DELETE SET NULL,
        previous_until timestamptz,
        off_because text CHECK (off_because IN ('owner', 'gone', 'failing')),
        failing_since timestamptz,
        failures integer NOT NULL
    );
    CREATE INDEX webhooks_owner ON webhooks (owner_id, id);

    CREATE TABLE webhook_deliveries (
        id uuid PRIMARY KEY,
        webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        event_id uuid NOT NULL,
        type text NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL,
        next_at timestamptz,
        state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'failed')),
        attempts integer NOT NULL,
        last_attempt_at timestamptz,
        last_status integer,
        last_failure text CHECK (last_failure IN (
            'address_not_public', 'unreachable', 'timed_out', 'tls', 'unreadable_answer',
            'redirect', 'status', 'interrupted', 'switched_off'
        )),
        UNIQUE (webhook_id, event_id)
    );
    CREATE INDEX webhook_deliveries_list ON webhook_deliveries (webhook_id, id);
    CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at)
        WHERE state = 'waiting';
    CREATE INDEX webhook_deliveries_age ON webhook_deliveries (created_at);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("webhooks")
    secure("webhook_deliveries")


def downgrade() -> None:
    op.execute("DROP TABLE webhook_deliveries; DROP TABLE webhooks")
