"""The senders of bots and their budgets in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.platform.sql import bound, constant, execute, fetch_all, fetch_one
from mara.telegram.adapters.bot_locks import lock_sender
from mara.telegram.adapters.outgoing_tables import bot_chat_paces, bot_senders, outgoing_messages
from mara.telegram.adapters.tables import bot_configs
from mara.telegram.model.pace import BotPace, ChatPace
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.users.adapters.tables import users

_columns, _paces, _messages = bot_senders.c, bot_chat_paces.c, outgoing_messages.c
_bot = _columns.config_id == bindparam("of_config")
_chats = _paces.config_id == bindparam("of_config")
_is_free = or_(_columns.holder.is_(None), _columns.leased_until <= bindparam("now"))

LEASE = (
    update(bot_senders)
    .where(_bot, or_(_is_free, _columns.holder == bindparam("holder")))
    .values(holder=bindparam("holder"), leased_until=bindparam("until"))
)
RELEASE = (
    update(bot_senders)
    .where(_bot, _columns.holder == bindparam("holder"))
    .values(holder=null(), leased_until=null())
)
SENT = select(_columns.sent).where(_bot)
WAITS = select(_paces.chat_id, _paces.paused_until).where(
    _chats, _paces.paused_until > bindparam("now")
)
CHATS = select(bot_chat_paces).where(_chats, _paces.chat_id == func.any(bindparam("chat_ids")))
SAVE = update(bot_senders).where(_bot).values(bound((_columns.sent,)))
_budget = {
    str(column.key): bindparam(column.key, type_=column.type)
    for column in (_paces.sent, _paces.edited, _paces.paused_until)
}
# The row of a chat that was silent for a day may be gone.
SAVE_CHAT = (
    insert(bot_chat_paces)
    .from_select(
        ["config_id", "chat_id", "owner_id", *_budget],
        select(
            bot_configs.c.id,
            bindparam("of_chat", type_=_paces.chat_id.type),
            bot_configs.c.owner_id,
            *_budget.values(),
        ).where(bot_configs.c.id == bindparam("of_config")),
    )
    .on_conflict_do_update(index_elements=["config_id", "chat_id"], set_=_budget)
)
LIST_IDLE = (
    select(_columns.config_id, _columns.owner_id)
    .join(bot_configs, bot_configs.c.id == _columns.config_id)
    .join(users, users.c.id == _columns.owner_id)
    .where(
        _is_free,
        or_(users.c.active, users.c.id == PLATFORM_ACCOUNT),
        bot_configs.c.state != constant("token_revoked"),
        select(_messages.id)
        .where(
            _messages.config_id == _columns.config_id,
            _messages.state.in_((constant("queued"), constant("sending"))),
            _messages.due_at <= bindparam("now"),
        )
        .exists(),
    )
    .limit(bindparam("limit"))
)


class PostgresBotSenders:
    """Implements ``BotSenders``."""

    def lease(self, config_id: UUID, holder: UUID, *, now: datetime, until: datetime) -> bool:
        """Lease the sender, or renew the lease; False where another holder has it."""
        return execute(LEASE, of_config=config_id, holder=holder, now=now, until=until) == 1

    def lock(self, config_id: UUID) -> None:
        """Let no sender of the bot take messages until the transaction ends."""
        lock_sender(config_id)

    def release(self, config_id: UUID, holder: UUID) -> None:
        """Free the sender."""
        execute(RELEASE, of_config=config_id, holder=holder)

    def pace(self, config_id: UUID, now: datetime) -> BotPace:
        """Return what the bot sent in the last second, and the waits of its chats."""
        row = fetch_one(SENT, of_config=config_id)
        waits = fetch_all(WAITS, of_config=config_id, now=now)
        paused = {wait["chat_id"]: wait["paused_until"] for wait in waits}
        return BotPace(row["sent"] if row else (), paused)

    def chat_paces(self, config_id: UUID, chat_ids: Collection[int]) -> Mapping[int, ChatPace]:
        """Return what these chats got in the last minute, each of them."""
        rows = fetch_all(CHATS, of_config=config_id, chat_ids=list(chat_ids))
        known = {row["chat_id"]: row for row in rows}
        return {chat_id: _pace(chat_id, known.get(chat_id, {})) for chat_id in chat_ids}

    def save_pace(self, config_id: UUID, pace: BotPace) -> None:
        """Store what the bot sent; the waits are those of the chats."""
        execute(SAVE, of_config=config_id, sent=pace.sent)

    def save_chat_pace(self, config_id: UUID, chat_id: int, pace: ChatPace) -> None:
        """Store what a chat got."""
        execute(
            SAVE_CHAT,
            of_config=config_id,
            of_chat=chat_id,
            sent=pace.sent,
            edited=pace.edited,
            paused_until=pace.paused_until,
        )

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
        """Return bots with due messages and no sender at work: the ids of config and owner."""
        rows = fetch_all(LIST_IDLE, now=now, limit=limit)
        return [(row["config_id"], row["owner_id"]) for row in rows]


def _pace(chat_id: int, row: Mapping[str, Any]) -> ChatPace:
    # Telegram's ids of groups and channels are negative.
    is_group = chat_id < 0
    if not row:
        return ChatPace(is_group)
    return ChatPace(is_group, row["sent"], row["edited"], row["paused_until"])
