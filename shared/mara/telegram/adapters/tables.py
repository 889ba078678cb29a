"""The tables of connected bots and of their updates."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
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
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from mara.platform.schema import (
    TIMESTAMP,
    Converted,
    dump_json,
    enumerated,
    metadata,
    one_of,
)
from mara.telegram.model.bot_chat import ChatKind, ChatState
from mara.telegram.model.bot_config import BotAccess, BotLanguage, BotState, FormerSecret
from mara.telegram.model.person import PersonKind
from mara.telegram.model.update import UpdateState


def _load_former(stored: list[dict[str, Any]]) -> tuple[FormerSecret, ...]:
    return tuple(
        FormerSecret(bytes.fromhex(one["digest"]), datetime.fromisoformat(one["until"]))
        for one in stored
    )


def _dump_former(secrets: tuple[FormerSecret, ...]) -> str:
    return dump_json(
        [{"digest": one.digest.hex(), "until": one.until.isoformat()} for one in secrets]
    )


FORMER_SECRETS = Converted(JSONB(), load=_load_former, dump=_dump_former)

# `agent_id` has no foreign key: a bot whose agent is deleted says so, it is not deleted with it.
bot_configs = Table(
    "bot_configs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("agent_id", Uuid, nullable=False),
    Column("target_chat_id", BigInteger),
    Column("target_thread_id", Integer),
    Column("language", enumerated(BotLanguage), nullable=False),
    Column("access", enumerated(BotAccess), nullable=False),
    Column("questions_per_minute", Integer, nullable=False, server_default="10"),
    Column("chat_questions_per_hour", Integer, nullable=False, server_default="60"),
    Column("price_per_day", BigInteger),
    Column("telegram_id", BigInteger, nullable=False, unique=True),
    Column("username", Text, nullable=False),
    Column("reads_all_group_messages", Boolean, nullable=False),
    Column("state", enumerated(BotState), nullable=False),
    Column("token_id", Uuid, ForeignKey("connection_secrets.id"), nullable=False),
    Column("webhook_secret", LargeBinary, nullable=False),
    Column("former_webhook_secrets", FORMER_SECRETS, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("updated_at", TIMESTAMP, nullable=False),
    Column("checked_at", TIMESTAMP, nullable=False, server_default=text("now()")),
    Column("reads_all_since", TIMESTAMP),
    one_of("language", BotLanguage),
    one_of("access", BotAccess),
    one_of("state", BotState),
    CheckConstraint("length(webhook_secret) = 32", name="webhook_secret"),
    Index("bot_configs_owner", "owner_id", "id"),
    Index("bot_configs_token", "token_id"),
    Index("bot_configs_checked", "checked_at"),
)

# Ids that answer 410, so that Telegram drops a webhook that it could not be told to delete.
disconnected_bots = Table(
    "disconnected_bots",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("at", TIMESTAMP, nullable=False),
    Index("disconnected_bots_owner", "owner_id"),
    Index("disconnected_bots_at", "at"),
)

# `position` is the order in which updates were claimed. A trigger sets `letter_id` of a dead one.
bot_updates = Table(
    "bot_updates",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("lane", Text, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("body", LargeBinary),
    Column("state", enumerated(UpdateState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", TIMESTAMP),
    Column("reason", Text),
    Column("received_at", TIMESTAMP, nullable=False),
    Column("correlation_id", Text),
    Column("letter_id", Uuid),
    one_of("state", UpdateState),
    CheckConstraint("(body IS NULL) = (state = 'handled')", name="body"),
    Index(
        "bot_updates_waiting",
        *("config_id", "lane", "position"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index("bot_updates_received", "state", "received_at"),
    Index("bot_updates_letters", "letter_id", postgresql_where=text("letter_id IS NOT NULL")),
    Index("bot_updates_owner", "owner_id"),
)

bot_lanes = Table(
    "bot_lanes",
    metadata,
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("holder", Uuid),
    Column("leased_until", TIMESTAMP),
    Column("membership_at", TIMESTAMP),
    CheckConstraint("(holder IS NULL) = (leased_until IS NULL)", name="lease"),
    Index("bot_lanes_owner", "owner_id"),
)

# `id` is the cursor of lists; a chat is known by the id that Telegram gives it.
bot_chats = Table(
    "bot_chats",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", enumerated(ChatKind), nullable=False),
    Column("state", enumerated(ChatState), nullable=False),
    Column("added_by", BigInteger),
    Column("changed_at", TIMESTAMP, nullable=False),
    Column("saw_bots_at", TIMESTAMP),
    Column("muted_until", TIMESTAMP),
    one_of("kind", ChatKind),
    one_of("state", ChatState),
    UniqueConstraint("config_id", "chat_id"),
    Index("bot_chats_list", "config_id", "id"),
    Index("bot_chats_owner", "owner_id"),
)

bot_people = Table(
    "bot_people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("telegram_id", BigInteger, nullable=False),
    Column("kind", enumerated(PersonKind), nullable=False),
    Column("name", Text, nullable=False),
    Column("linked_at", TIMESTAMP, nullable=False),
    one_of("kind", PersonKind),
    UniqueConstraint("config_id", "telegram_id"),
    Index("bot_people_list", "config_id", "id"),
    Index("bot_people_owner", "owner_id"),
    Index("bot_people_account", "owner_id", unique=True, postgresql_where=text("kind = 'account'")),
)

bot_invitations = Table(
    "bot_invitations",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("config_id", Uuid, ForeignKey("bot_configs.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("makes", enumerated(PersonKind), nullable=False),
    Column("expires_at", TIMESTAMP, nullable=False),
    Column("used_at", TIMESTAMP),
    one_of("makes", PersonKind),
    CheckConstraint("length(code_hash) = 32", name="code_hash"),
    Index("bot_invitations_config", "config_id"),
    Index("bot_invitations_owner", "owner_id"),
    Index("bot_invitations_expiry", "expires_at"),
)
