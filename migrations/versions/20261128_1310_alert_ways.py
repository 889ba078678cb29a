"""Where posts go that their chat did not get, and the notices about it."""

from alembic import op

revision = "alert_ways"
down_revision = "question_limits"
branch_labels = None
depends_on = None

OLD = """
    'deposit_seen', 'deposit_credited', 'deposit_orphaned', 'renewal_paid', 'renewal_failed',
    'payment_reminder', 'trial_ending', 'limit_near', 'limit_reached', 'webhook_switched_off',
    'bot_revoked', 'bot_taken', 'bot_chat_pending', 'chat_lost', 'topic_lost', 'message_undelivered'
"""
NEW = "'alert_undelivered', 'intake_refused'"
SHOWN = "'nothing', 'held', 'alerts', 'whole', 'digest', 'storm'"


def _allow(kinds: str) -> None:
    for table in ("notices", "notice_refusals"):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({kinds}))"
        )


def upgrade() -> None:
    _allow(f"{OLD}, {NEW}")
    op.execute(f"""
        ALTER TABLE alert_messages
            ADD escalation_config_id uuid REFERENCES bot_configs ON DELETE SET NULL,
            ADD escalation_chat_id bigint,
            ADD escalation_thread_id integer,
            ADD way text NOT NULL DEFAULT 'own' CHECK (way IN ('own', 'escalation', 'private')),
            DROP CONSTRAINT alert_messages_shown_check,
            ADD CONSTRAINT alert_messages_shown_check CHECK (shown IN ({SHOWN}, 'lost'));
        CREATE INDEX alert_messages_escalation ON alert_messages (escalation_config_id);
    """)


def downgrade() -> None:
    op.execute(f"""
        UPDATE alert_messages SET shown = 'nothing' WHERE shown = 'lost';
        ALTER TABLE alert_messages
            DROP escalation_config_id, DROP escalation_chat_id, DROP escalation_thread_id,
            DROP way,
            DROP CONSTRAINT alert_messages_shown_check,
            ADD CONSTRAINT alert_messages_shown_check CHECK (shown IN ({SHOWN}));
    """)
    for table in ("notices", "notice_refusals"):
        op.execute(f"DELETE FROM {table} WHERE kind IN ({NEW})")
    _allow(OLD)
