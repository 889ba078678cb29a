"""Events of a chain that were recorded and passed, and when a chain's finality broke."""

from alembic import op
from tenancy import APP_ROLE

revision = "unreadable_events"
down_revision = "changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"""
        ALTER TABLE chain_scans ADD COLUMN broken_at timestamptz;
        CREATE TABLE unreadable_events (
            network text NOT NULL,
            id text NOT NULL,
            part text NOT NULL CHECK (
                part IN ('form', 'amount', 'recipient', 'transaction', 'block', 'log_index')),
            content text NOT NULL,
            block_number bigint,
            transaction text,
            log_index bigint,
            recipient bytea,
            reader text NOT NULL,
            recorded_at timestamptz NOT NULL,
            PRIMARY KEY (network, id)
        );
        GRANT SELECT, INSERT ON unreadable_events TO {APP_ROLE};
        CREATE INDEX deposits_owner_all ON deposits (owner_id, id);
    """)


def downgrade() -> None:
    op.execute("""
        DROP INDEX deposits_owner_all;
        DROP TABLE unreadable_events;
        ALTER TABLE chain_scans DROP COLUMN broken_at;
    """)
