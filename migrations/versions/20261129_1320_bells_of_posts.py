"""For which time a doorbell was rung for the message of a post, so that it is rung for once."""

from alembic import op

revision = "bells_of_posts"
down_revision = "old_signals_found"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE alert_messages ADD COLUMN rung_for timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE alert_messages DROP COLUMN rung_for")
