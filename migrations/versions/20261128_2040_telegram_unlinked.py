"""The kind of the notice that someone removed a link in Telegram."""

from alembic import op

revision = "telegram_unlinked"
down_revision = "erasure"
branch_labels = None
depends_on = None

OLD = """
    'deposit_seen', 'deposit_credited', 'deposit_orphaned', 'renewal_paid', 'renewal_failed',
    'payment_reminder', 'trial_ending', 'limit_near', 'limit_reached', 'webhook_switched_off',
    'bot_revoked', 'bot_taken', 'bot_chat_pending', 'chat_lost', 'topic_lost',
    'message_undelivered', 'alert_undelivered', 'intake_refused', 'document_failed',
    'new_session', 'password_changed'
"""
NEW = "'telegram_unlinked'"
TABLES = ("notices", "notice_refusals")


def _allow(kinds: str) -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_kind_check")
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_kind_check CHECK (kind IN ({kinds}))"
        )


def upgrade() -> None:
    _allow(f"{OLD}, {NEW}")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE kind = {NEW}")
    _allow(OLD)
