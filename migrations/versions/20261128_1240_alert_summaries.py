"""Messages of posts that wait for the end of quiet hours, or share a message with others."""

from alembic import op

revision = "alert_summaries"
down_revision = "bot_notices"
branch_labels = None
depends_on = None

BEFORE = "'nothing', 'alerts', 'whole'"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE alert_messages
            ADD quiet_hours jsonb,
            DROP CONSTRAINT alert_messages_shown_check,
            ADD CONSTRAINT alert_messages_shown_check
                CHECK (shown IN ('nothing', 'held', 'alerts', 'whole', 'digest', 'storm'));
        CREATE INDEX alert_messages_listed ON alert_messages (message_id)
            WHERE message_id IS NOT NULL;
    """)


def downgrade() -> None:
    op.execute(f"""
        UPDATE alert_messages SET shown = 'whole', due_at = NULL
            WHERE shown IN ('digest', 'storm');
        UPDATE alert_messages SET shown = 'nothing' WHERE shown = 'held';
        DROP INDEX alert_messages_listed;
        ALTER TABLE alert_messages
            DROP quiet_hours,
            DROP CONSTRAINT alert_messages_shown_check,
            ADD CONSTRAINT alert_messages_shown_check CHECK (shown IN ({BEFORE}));
    """)
