"""Messages that their writer leaves to the relay of the outbox."""

from alembic import op

revision = "relayed_messages"
down_revision = "unreadable_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN left_to_relay boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE outbox DROP COLUMN left_to_relay")
