"""The id of the request that caused a row of work, so that its log lines can be found."""

from alembic import op

revision = "correlation"
down_revision = "closed_books"
branch_labels = None
depends_on = None

TABLES = (
    *("outbox", "dead_letters", "bot_updates", "outgoing_messages"),
    *("alert_posts", "webhook_deliveries"),
)


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ADD COLUMN correlation_id text")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN correlation_id")
