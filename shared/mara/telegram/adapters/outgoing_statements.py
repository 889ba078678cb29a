"""The statements of outgoing messages."""

from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    FromClause,
    Interval,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from mara.platform.sql import bound, constant
from mara.telegram.adapters.outgoing_tables import bot_chat_paces, bot_senders, outgoing_messages
from mara.telegram.adapters.tables import bot_configs
from mara.telegram.model.outgoing import OutgoingState
from mara.telegram.model.platform_bot import PLATFORM_ACCOUNT
from mara.users.adapters.tables import users

_columns, _paces = outgoing_messages.c, bot_chat_paces.c
_BY_DATABASE = {"position", "created_at", "letter_id"}
_added = [column for column in _columns if column.name not in _BY_DATABASE]
_changing = (
    *(_columns.thread_id, _columns.rank, _columns.due_at, _columns.state),
    *(_columns.telegram_ids, _columns.attempts, _columns.is_plain, _columns.reason),
)
CHANGING = tuple(column.name for column in _changing)
_now = bindparam("now", type_=_columns.due_at.type)
_given_up = {"state": OutgoingState.FAILED, "reason": bindparam("reason")}


def _waits(of: FromClause) -> ColumnElement[bool]:
    return of.c.state.in_((constant("queued"), constant("sending")))


def _last(moments: ColumnElement[Any]) -> ColumnElement[Any]:
    return moments[func.cardinality(moments)]


_one, _edited = outgoing_messages.alias("one"), outgoing_messages.alias("edited")
_config: BindParameter[Any] = bindparam("config_id")


def _chats() -> CTE:
    """The chats for which messages wait: one look-up in the index for each, not one for each row.

    PostgreSQL has no skip scan (wiki.postgresql.org/wiki/Loose_indexscan). The last one is null.
    """
    first, after = outgoing_messages.alias("first"), outgoing_messages.alias("after")
    lowest = (
        select(first.c.chat_id)
        .where(first.c.config_id == _config, _waits(first))
        .order_by(first.c.chat_id)
        .limit(1)
        .subquery("lowest")
    )
    chats = select(lowest.c.chat_id).cte("chats", recursive=True)
    following = (
        select(after.c.chat_id)
        .where(after.c.config_id == _config, _waits(after), after.c.chat_id > chats.c.chat_id)
        .order_by(after.c.chat_id)
        .limit(1)
        .correlate(chats)
        .scalar_subquery()
    )
    return chats.union_all(select(following).where(chats.c.chat_id.is_not(None)))


_waiting_chats = _chats()
_of_chat = (_one.c.config_id == _config, _one.c.chat_id == _waiting_chats.c.chat_id, _waits(_one))
_in_order = (_one.c.rank, _one.c.position)
_is_there = or_(_edited.c.id.is_(None), ~_waits(_edited))

ADD = insert(outgoing_messages).values(bound(_added))
ADD_SENDER = (
    insert(bot_senders)
    .values(bound((bot_senders.c.config_id, bot_senders.c.owner_id)))
    .on_conflict_do_nothing(index_elements=["config_id"])
)
ADD_CHAT = (
    insert(bot_chat_paces)
    .values(bound((_paces.config_id, _paces.chat_id, _paces.owner_id)))
    .on_conflict_do_nothing(index_elements=["config_id", "chat_id"])
)
GET = select(outgoing_messages).where(
    _columns.id == bindparam("id"), _columns.owner_id == bindparam("owner_id")
)
_message = (
    select(_one)
    .where(*_of_chat, _one.c.edits.is_(None))
    .where(or_(_one.c.state == constant("sending"), _one.c.due_at <= _now))
    .order_by(*_in_order)
    .limit(1)
    .lateral("message")
)
NEXT_MESSAGES = select(*_message.c).select_from(_waiting_chats.join(_message, true()))
_edit = (
    select(_one, _edited.c.telegram_ids.label("edited_ids"))
    .select_from(_one.outerjoin(_edited, _edited.c.id == _one.c.edits))
    .where(*_of_chat, _one.c.edits.is_not(None), _one.c.due_at <= _now, _is_there)
    .where(or_(_edited.c.edited_at.is_(None), _edited.c.edited_at <= bindparam("edited_before")))
    .order_by(*_in_order)
    .limit(1)
    .lateral("edit")
)
NEXT_EDITS = select(*_edit.c).select_from(_waiting_chats.join(_edit, true()))
_due_at = func.greatest(
    _one.c.due_at, _edited.c.edited_at + bindparam("edit_every", type_=Interval())
)
NEXT_DUE = (
    select(func.min(_due_at))
    .select_from(_one.outerjoin(_edited, _edited.c.id == _one.c.edits))
    .where(_one.c.config_id == bindparam("config_id"), _waits(_one), _is_there, _due_at > _now)
)
SAVE = (
    update(outgoing_messages)
    .where(
        _columns.id == bindparam("of_id"),
        _waits(outgoing_messages),
        _columns.attempts == bindparam("of_attempts"),
        func.cardinality(_columns.telegram_ids) == bindparam("sent_parts"),
    )
    .values(bound(_changing))
)
_newest = (
    select(func.max(_one.c.position))
    .where(_one.c.edits == bindparam("edits"), _one.c.state == constant("queued"))
    .scalar_subquery()
)
# One that a sender has locked is on its way or given up: to wait for it could end in a deadlock.
_older = (
    select(_columns.id)
    .where(
        _columns.edits == bindparam("edits"),
        _columns.state == constant("queued"),
        _columns.position < _newest,
    )
    .with_for_update(skip_locked=True)
)
REPLACE_OLDER = (
    update(outgoing_messages)
    .where(_columns.id.in_(_older.scalar_subquery()))
    .values(state=OutgoingState.REPLACED)
)
EDITED = (
    update(outgoing_messages)
    .where(_columns.id == bindparam("of_id"))
    .values(bound((_columns.edited_at,)))
)
SENT_INSTEAD = (
    update(outgoing_messages)
    .where(_columns.id == bindparam("of_id"))
    .values(bound((_columns.telegram_ids,)))
)
_old_chat: BindParameter[int] = bindparam("old_chat_id")
MOVE = (
    update(outgoing_messages)
    .where(
        _columns.config_id == bindparam("config_id"),
        _columns.chat_id == _old_chat,
        _waits(outgoing_messages),
    )
    .values(chat_id=bindparam("new_chat_id"))
)
MOVE_PACE = (
    insert(bot_chat_paces)
    .from_select(
        ["config_id", "chat_id", "owner_id"],
        select(
            _paces.config_id, bindparam("new_chat_id", type_=_paces.chat_id.type), _paces.owner_id
        ).where(_paces.config_id == bindparam("config_id"), _paces.chat_id == _old_chat),
    )
    .on_conflict_do_nothing(index_elements=["config_id", "chat_id"])
)
FAIL_CHAT = (
    update(outgoing_messages)
    .where(
        _columns.config_id == bindparam("of_config"),
        _columns.chat_id == bindparam("of_chat"),
        _waits(outgoing_messages),
    )
    .values(_given_up)
    .returning(outgoing_messages)
)
# Of many bots, whose rows others have locked in their own order: those are left for the next time.
_revoked = (
    select(_columns.id)
    .join(bot_configs, bot_configs.c.id == _columns.config_id)
    .join(users, users.c.id == bot_configs.c.owner_id)
    .where(
        _waits(outgoing_messages),
        _columns.due_at < bindparam("due_before"),
        or_(
            bot_configs.c.state == constant("token_revoked"),
            and_(~users.c.active, users.c.id != PLATFORM_ACCOUNT),
        ),
    )
    .with_for_update(skip_locked=True, of=outgoing_messages)
)
FAIL_REVOKED = (
    update(outgoing_messages)
    .where(_columns.id.in_(_revoked.scalar_subquery()))
    .values(_given_up)
    .returning(outgoing_messages)
)
_waits_there = exists().where(
    _columns.config_id == _paces.config_id,
    _columns.chat_id == _paces.chat_id,
    _waits(outgoing_messages),
)
_last_sent = func.greatest(_last(_paces.sent), _last(_paces.edited), _paces.paused_until)
FORGET_PACES = delete(bot_chat_paces).where(
    func.coalesce(_last_sent < bindparam("before"), True), ~_waits_there
)
