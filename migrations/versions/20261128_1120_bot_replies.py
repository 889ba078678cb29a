"""What bots did about messages, and the conversations of chats."""

from alembic import op
from tenancy import secure

revision = "bot_replies"
down_revision = "outgoing_messages"
branch_labels = None
depends_on = None

UPGRADE = """
    CREATE TABLE bot_replies (
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        update_id bigint NOT NULL,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (
            kind IN ('question', 'bot_question', 'declined', 'limited', 'code', 'ignored')
        ),
        chat_id bigint NOT NULL,
        sender_id bigint NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (config_id, update_id)
    );
    CREATE INDEX bot_replies_sender ON bot_replies (config_id, sender_id, at);
    CREATE INDEX bot_replies_chat ON bot_replies (config_id, chat_id, at);
    CREATE INDEX bot_replies_at ON bot_replies (config_id, at);
    CREATE INDEX bot_replies_owner ON bot_replies (owner_id);
    CREATE TABLE bot_conversations (
        config_id uuid NOT NULL REFERENCES bot_configs ON DELETE CASCADE,
        chat_id bigint NOT NULL,
        thread_id bigint NOT NULL,
        owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
        asked_at timestamptz NOT NULL,
        PRIMARY KEY (config_id, chat_id, thread_id)
    );
    CREATE INDEX bot_conversations_conversation ON bot_conversations (conversation_id);
    CREATE INDEX bot_conversations_owner ON bot_conversations (owner_id);
"""


def upgrade() -> None:
    op.execute(UPGRADE)
    secure("bot_replies")
    secure("bot_conversations")


def downgrade() -> None:
    op.execute("DROP TABLE bot_conversations, bot_replies")
