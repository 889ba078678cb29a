"""Updates of bots in lanes, and the leases of the lanes."""

from alembic import op
from tenancy import secure

revision = "bot_updates"
down_revision = "alerts"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE bot_updates (
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        update_id bigint NOT NULL,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        lane text NOT NULL,
        position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
        body bytea,
        state text NOT NULL CHECK (state IN ('waiting', 'handled', 'dead')),
        attempts integer NOT NULL,
        due_at timestamptz,
        reason text,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (config_id, update_id),
        CONSTRAINT bot_updates_body_check CHECK ((body IS NULL) = (state = 'handled'))
    );
    CREATE INDEX bot_updates_waiting ON bot_updates (config_id, lane, position)
        WHERE state = 'waiting';
    CREATE INDEX bot_updates_received ON bot_updates (state, received_at);
    CREATE INDEX bot_updates_owner ON bot_updates (owner_id);
    CREATE TABLE bot_lanes (
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        name text NOT NULL,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        holder uuid,
        leased_until timestamptz,
        PRIMARY KEY (config_id, name),
        CONSTRAINT bot_lanes_lease_check CHECK ((holder IS NULL) = (leased_until IS NULL))
    );
    CREATE INDEX bot_lanes_owner ON bot_lanes (owner_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("bot_updates")
    secure("bot_lanes")


def downgrade() -> None:
    op.execute("DROP TABLE bot_lanes, bot_updates")
