"""The tables of outgoing messages, and of what bots and chats got lately."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.platform.schema import TIMESTAMP, Converted, enumerated, metadata, one_of
from mara.telegram.adapters.stored_texts import dump_buttons, dump_parts, load_buttons, load_parts
from mara.telegram.model.outgoing import OutgoingState, Priority

TELEGRAM_IDS = Converted(ARRAY(BigInteger), load=tuple, dump=list)
MOMENTS = Converted(ARRAY(TIMESTAMP), load=tuple, dump=list)

# `position` is the order in which messages were added. `edits` has no foreign key: a message is
# forgotten before its last edit. A trigger sets `letter_id` of a message that failed.
outgoing_messages = Table(
    "outgoing_messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("thread_id", Integer),
    Column("priority", enumerated(Priority), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("parts", Converted(JSONB(), load=load_parts, dump=dump_parts), nullable=False),
    Column("buttons", Converted(JSONB(), load=load_buttons, dump=dump_buttons), nullable=False),
    Column("file_name", Text),
    Column("file", LargeBinary),
    Column("reply_to", BigInteger),
    Column("edits", Uuid),
    Column("due_at", TIMESTAMP, nullable=False),
    Column("state", enumerated(OutgoingState), nullable=False),
    Column("telegram_ids", TELEGRAM_IDS, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_plain", Boolean, nullable=False),
    Column("edited_at", TIMESTAMP),
    Column("reason", Text),
    Column("caused_at", TIMESTAMP),
    Column("created_at", TIMESTAMP, nullable=False, server_default=text("now()")),
    Column("correlation_id", Text),
    Column("letter_id", Uuid),
    one_of("priority", Priority),
    one_of("state", OutgoingState),
    CheckConstraint("(file IS NULL) = (file_name IS NULL)", name="file"),
    Index(
        "outgoing_messages_waiting",
        *("config_id", "chat_id", "rank", "position"),
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index("outgoing_messages_edits", "edits", postgresql_where=text("edits IS NOT NULL")),
    Index(
        "outgoing_messages_oldest",
        "due_at",
        postgresql_where=text("state IN ('queued', 'sending')"),
    ),
    Index("outgoing_messages_created", "created_at"),
    Index("outgoing_messages_letters", "letter_id", postgresql_where=text("letter_id IS NOT NULL")),
    Index("outgoing_messages_chat", "chat_id", "created_at"),
    Index("outgoing_messages_owner", "owner_id"),
)

bot_senders = Table(
    "bot_senders",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("holder", Uuid),
    Column("leased_until", TIMESTAMP),
    Column("sent", MOMENTS, nullable=False, server_default="{}"),
    CheckConstraint("(holder IS NULL) = (leased_until IS NULL)", name="lease"),
    Index("bot_senders_owner", "owner_id"),
)

bot_chat_paces = Table(
    "bot_chat_paces",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("sent", MOMENTS, nullable=False, server_default="{}"),
    Column("edited", MOMENTS, nullable=False, server_default="{}"),
    Column("paused_until", TIMESTAMP),
    Index("bot_chat_paces_owner", "owner_id"),
    Index(
        "bot_chat_paces_paused",
        "paused_until",
        postgresql_where=text("paused_until IS NOT NULL"),
    ),
)
