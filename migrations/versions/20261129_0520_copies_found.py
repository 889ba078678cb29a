"""The post is found by the message that is its copy, whenever Telegram refuses messages."""

from alembic import op

revision = "copies_found"
down_revision = "copies_of_posts"
branch_labels = None
depends_on = None

REMOVE = "DROP INDEX CONCURRENTLY IF EXISTS alert_messages_copied"
ADD = """
    CREATE INDEX CONCURRENTLY alert_messages_copied ON alert_messages (escalation_message_id)
    WHERE escalation_message_id IS NOT NULL
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(REMOVE)  # what an attempt that failed has left
        op.execute(ADD)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(REMOVE)
