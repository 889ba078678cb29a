"""Figures of the last audit, paused chats by an index, and when the alert of a message came."""

from alembic import op
from tenancy import grant

revision = "observed_figures"
down_revision = "muted_chats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE ledger_figures (
            name text NOT NULL,
            network text NOT NULL,
            value bigint NOT NULL,
            audited_at timestamptz NOT NULL,
            PRIMARY KEY (name, network)
        );
        ALTER TABLE outgoing_messages ADD COLUMN caused_at timestamptz;
        CREATE INDEX bot_chat_paces_paused ON bot_chat_paces (paused_until)
            WHERE paused_until IS NOT NULL;
    """)
    grant("ledger_figures")


def downgrade() -> None:
    op.execute("""
        DROP INDEX bot_chat_paces_paused;
        ALTER TABLE outgoing_messages DROP COLUMN caused_at;
        DROP TABLE ledger_figures;
    """)
