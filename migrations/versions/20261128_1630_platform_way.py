"""Posts of alerts may go to the Telegram account of their owner, by the platform's bot."""

from alembic import op

revision = "platform_way"
down_revision = "account_notices"
branch_labels = None
depends_on = None

OLD = "'own', 'escalation', 'private'"


def upgrade() -> None:
    _allow(f"{OLD}, 'platform'")


def downgrade() -> None:
    op.execute("UPDATE alert_messages SET way = 'private', due_at = NULL WHERE way = 'platform'")
    _allow(OLD)


def _allow(ways: str) -> None:
    op.execute(
        "ALTER TABLE alert_messages DROP CONSTRAINT alert_messages_way_check,"
        f" ADD CONSTRAINT alert_messages_way_check CHECK (way IN ({ways}))"
    )
