"""What bots did about messages, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.platform.sql import bound, execute, fetch_one, fetch_value, values_of
from mara.telegram.adapters.chat_tables import bot_replies
from mara.telegram.model.bot_reply import KEPT_FOR, BotReply
from mara.telegram.model.reply_limits import ReplyLimit
from mara.telegram.model.spending import ANSWERED_WITHIN, ASKING, Spending

_columns = bot_replies.c
_of_bot = _columns.config_id == bindparam("config_id")

FIND = select(bot_replies).where(_of_bot, _columns.update_id == bindparam("update_id"))
ADD = (
    insert(bot_replies)
    .values(bound(_columns))
    .on_conflict_do_nothing(index_elements=["config_id", "update_id"])
)
FORGET = delete(bot_replies).where(_of_bot, _columns.at <= bindparam("before"))
FORGET_OLD = delete(bot_replies).where(_columns.at <= bindparam("before"))
_is_unpriced = and_(
    _columns.price.is_(None),
    or_(*(_columns.kind == kind for kind in ASKING)),
    _columns.at > bindparam("asked_since"),
)
SPENDING = select(
    func.coalesce(func.sum(_columns.price), 0).label("price"),
    func.coalesce(func.max(_columns.price), 0).label("dearest"),
    func.count().filter(_is_unpriced).label("unpriced"),
).where(_of_bot, _columns.at > bindparam("since"))
CHARGED = (
    update(bot_replies)
    .where(
        _columns.config_id == bindparam("of_config"), _columns.update_id == bindparam("of_update")
    )
    .values(bound((_columns.price,)))
)
_others = (
    _of_bot,
    _columns.kind == bindparam("kind", type_=_columns.kind.type),
    _columns.update_id != bindparam("update_id"),
    _columns.at > bindparam("since"),
)
COUNT_OF_SENDER = select(func.count()).where(*_others, _columns.sender_id == bindparam("sender_id"))
COUNT_OF_CHAT = select(func.count()).where(*_others, _columns.chat_id == bindparam("chat_id"))


class PostgresBotReplies:
    """Implements ``BotReplies``."""

    def find(self, config_id: UUID, update_id: int) -> BotReply | None:
        """Return what was done about the update; None if nothing was, or a day ago."""
        row = fetch_one(FIND, config_id=config_id, update_id=update_id)
        return BotReply(**row) if row else None

    def count(self, reply: BotReply, limit: ReplyLimit) -> int:
        """Return how many other replies of the limit's kind there were in its time."""
        wanted = {
            "config_id": reply.config_id,
            "kind": limit.kind,
            "update_id": reply.update_id,
            "since": reply.at - limit.within,
        }
        if limit.per_sender:
            return int(fetch_value(COUNT_OF_SENDER, **wanted, sender_id=reply.sender_id))
        return int(fetch_value(COUNT_OF_CHAT, **wanted, chat_id=reply.chat_id))

    def spending(self, config_id: UUID, now: datetime) -> Spending:
        """Return what the bot's answers to the messages of a day cost."""
        row = fetch_one(
            SPENDING, config_id=config_id, since=now - KEPT_FOR, asked_since=now - ANSWERED_WITHIN
        )
        return Spending(**{name: int(value) for name, value in (row or {}).items()})

    def charged(self, config_id: UUID, update_id: int, price: int) -> None:
        """Remember what the answer to the update cost."""
        execute(CHARGED, of_config=config_id, of_update=update_id, price=price)

    def add(self, reply: BotReply) -> None:
        """Insert the reply, and delete those of the same bot that are older than a day."""
        execute(FORGET, config_id=reply.config_id, before=reply.at - KEPT_FOR)
        execute(ADD, **values_of(reply))

    def forget(self, before: datetime) -> int:
        """Delete what was done before a time, also by bots that say nothing more; how many."""
        return execute(FORGET_OLD, before=before)
