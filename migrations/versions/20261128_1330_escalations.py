"""When a person passed a post on to the chat for escalations."""

from alembic import op

revision = "escalations"
down_revision = "alert_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE alert_messages ADD escalated_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE alert_messages DROP escalated_at")
