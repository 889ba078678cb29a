"""The tables of what bots did about messages, and of the conversations of chats."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Uuid

from mara.platform.schema import TIMESTAMP, enumerated, metadata, one_of
from mara.telegram.model.bot_reply import ReplyKind

bot_replies = Table(
    "bot_replies",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", enumerated(ReplyKind), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("sender_id", BigInteger, nullable=False),
    Column("at", TIMESTAMP, nullable=False),
    Column("price", BigInteger),
    one_of("kind", ReplyKind),
    Index("bot_replies_sender", "config_id", "sender_id", "at"),
    Index("bot_replies_chat", "config_id", "chat_id", "at"),
    Index("bot_replies_at", "config_id", "at"),
    Index("bot_replies_owner", "owner_id"),
)

# A row goes with its conversation, which the owner may delete.
bot_conversations = Table(
    "bot_conversations",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("thread_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column(
        "conversation_id",
        Uuid,
        ForeignKey("conversations.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("asked_at", TIMESTAMP, nullable=False),
    Index("bot_conversations_conversation", "conversation_id"),
    Index("bot_conversations_owner", "owner_id"),
)
