"""Where the copy of a post goes that a person passed on, once its first chat did not get it."""

from alembic import op

revision = "copies_of_posts"
down_revision = "correlation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE alert_messages ADD COLUMN escalation_way text")


def downgrade() -> None:
    op.execute("ALTER TABLE alert_messages DROP COLUMN escalation_way")
