"""Chats are muted, and the price of an answer is unknown until it is there."""

from alembic import op

revision = "muted_chats"
down_revision = "audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    ALTER TABLE bot_chats ADD COLUMN muted_until timestamptz;
    ALTER TABLE bot_replies ALTER COLUMN price DROP NOT NULL, ALTER COLUMN price DROP DEFAULT;
    """)


def downgrade() -> None:
    op.execute("""
    UPDATE bot_replies SET price = 0 WHERE price IS NULL;
    ALTER TABLE bot_replies ALTER COLUMN price SET DEFAULT 0, ALTER COLUMN price SET NOT NULL;
    ALTER TABLE bot_chats DROP COLUMN muted_until;
    """)
