"""The time of the newest membership of a lane, so that an older one tried again changes nothing."""

from alembic import op

revision = "membership_times"
down_revision = "telegram_unlinked"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE bot_lanes ADD COLUMN membership_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE bot_lanes DROP COLUMN membership_at")
