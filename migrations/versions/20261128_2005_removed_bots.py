"""What remains of a bot that was disconnected: which intakes it posted for, which copies it had.

Revision ID: removed_bots
Revises: notice_changes
"""

from alembic import op

revision = "removed_bots"
down_revision = "notice_changes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    ALTER TABLE alert_intakes ADD COLUMN removed_config_id uuid;
    ALTER TABLE alert_messages ADD COLUMN escalation_message_id uuid;
    """)


def downgrade() -> None:
    op.execute("""
    ALTER TABLE alert_messages DROP COLUMN escalation_message_id;
    ALTER TABLE alert_intakes DROP COLUMN removed_config_id;
    """)
