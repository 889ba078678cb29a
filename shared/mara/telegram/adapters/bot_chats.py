"""Chats of bots in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.page import PageRequest
from mara.platform.sql import Row, bound, equals_if_given, execute, fetch_one, take, values_of
from mara.platform.sql_lists import SortedList, containing, contains_if_given
from mara.telegram.adapters.tables import bot_chats
from mara.telegram.errors import BotChatNotFound
from mara.telegram.model.bot_chat import BotChat, ChatKind

_columns = bot_chats.c
_of_bot = (
    _columns.owner_id == bindparam("owner_id"),
    _columns.config_id == bindparam("config_id"),
)
_key = (*_of_bot, _columns.chat_id == bindparam("chat_id"))
_changing = (
    *(_columns.title, _columns.kind, _columns.state),
    *(_columns.added_by, _columns.changed_at),
)
_old = bot_chats.alias("old")

GET = select(bot_chats).where(*_key)
LOCK = GET.with_for_update()
SAVE = (
    insert(bot_chats)
    .values(bound(_columns))
    .on_conflict_do_update(index_elements=["config_id", "chat_id"], set_=bound(_changing))
)
SAW_BOTS = (
    update(bot_chats)
    .where(
        _columns.config_id == bindparam("of_config"),
        _columns.chat_id == bindparam("of_chat"),
        or_(_columns.saw_bots_at.is_(None), _columns.saw_bots_at < bindparam("before")),
    )
    .values(bound((_columns.saw_bots_at,)))
)
MUTE = update(bot_chats).where(*_key).values(bound((_columns.muted_until,)))
DELETE = delete(bot_chats).where(*_key)
LIST = SortedList.of(
    select(bot_chats).where(
        *_of_bot,
        equals_if_given(_columns.state, "state"),
        contains_if_given(_columns.title, "like"),
    ),
    _columns.id,
    {},
)
REPLACED = delete(bot_chats).where(
    *_key,
    exists().where(
        _old.c.owner_id == bindparam("owner_id"),
        _old.c.config_id == bindparam("config_id"),
        _old.c.chat_id == bindparam("old_chat_id"),
    ),
)
MOVE = (
    update(bot_chats)
    .where(*_of_bot, _columns.chat_id == bindparam("old_chat_id"))
    .values(chat_id=bindparam("chat_id"), kind=ChatKind.SUPERGROUP)
)


class PostgresBotChats:
    """Implements ``BotChats``."""

    def get(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        """Return the chat. Raises BotChatNotFound."""
        return _chat(fetch_one(GET, owner_id=owner_id, config_id=config_id, chat_id=chat_id))

    def lock(self, owner_id: UUID, config_id: UUID, chat_id: int) -> BotChat:
        """Return it, locked until the transaction ends. Raises BotChatNotFound."""
        return _chat(fetch_one(LOCK, owner_id=owner_id, config_id=config_id, chat_id=chat_id))

    def list(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> Sequence[BotChat]:
        """Return a page of the bot's chats, and one more if there are more."""
        rows = LIST.fetch(page, owner_id=owner_id, config_id=config_id, **_filters(page))
        return [BotChat(**row) for row in rows]

    def count(self, owner_id: UUID, config_id: UUID, page: PageRequest) -> int:
        """Return the number of the bot's chats that the filters of ``page`` admit."""
        return LIST.total(owner_id=owner_id, config_id=config_id, **_filters(page))

    def save(self, chat: BotChat) -> None:
        """Insert the chat, or replace what is known of it."""
        execute(SAVE, **values_of(chat))

    def saw_bots(self, config_id: UUID, chat_id: int, at: datetime) -> None:
        """Remember that a message of another bot came, at most once a day."""
        before = at - timedelta(days=1)
        execute(SAW_BOTS, of_config=config_id, of_chat=chat_id, before=before, saw_bots_at=at)

    def mute(self, owner_id: UUID, config_id: UUID, chat_id: int, until: datetime | None) -> bool:
        """Mute the alerts of a chat until a time, None ends that; False where it is unknown."""
        key = {"owner_id": owner_id, "config_id": config_id, "chat_id": chat_id}
        return execute(MUTE, **key, muted_until=until) == 1

    def delete(self, owner_id: UUID, config_id: UUID, chat_id: int) -> None:
        """Forget the chat; no effect where it is unknown."""
        execute(DELETE, owner_id=owner_id, config_id=config_id, chat_id=chat_id)

    def move(self, owner_id: UUID, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Give the chat its new id, and replace what is known under that."""
        bot = {"owner_id": owner_id, "config_id": config_id}
        execute(REPLACED, **bot, chat_id=new_chat_id, old_chat_id=old_chat_id)
        execute(MOVE, **bot, chat_id=new_chat_id, old_chat_id=old_chat_id)


def _filters(page: PageRequest) -> Row:
    return {
        "state": page.filters.get("state"),
        "like": containing(page.filters.get("text")),
    }


def _chat(row: Row | None) -> BotChat:
    if row is None:
        raise BotChatNotFound("Check the id.")
    return take(BotChat, row)
