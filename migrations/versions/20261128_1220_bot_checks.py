"""When bots were checked, since when they read all of their groups, and where they saw bots."""

from alembic import op

revision = "bot_checks"
down_revision = "alert_settings"
branch_labels = None
depends_on = None

UPGRADE = """
    ALTER TABLE bot_configs ADD COLUMN reads_all_since timestamptz;
    UPDATE bot_configs SET reads_all_since = updated_at WHERE reads_all_group_messages;
    ALTER TABLE bot_configs ADD COLUMN checked_at timestamptz;
    UPDATE bot_configs SET checked_at = created_at;
    ALTER TABLE bot_configs ALTER COLUMN checked_at SET NOT NULL;
    CREATE INDEX bot_configs_checked ON bot_configs (checked_at);
    ALTER TABLE bot_chats ADD COLUMN saw_bots_at timestamptz;
"""
DOWNGRADE = """
    ALTER TABLE bot_chats DROP COLUMN saw_bots_at;
    ALTER TABLE bot_configs DROP COLUMN checked_at, DROP COLUMN reads_all_since;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
