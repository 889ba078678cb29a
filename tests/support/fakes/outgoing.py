"""Outgoing messages, the senders of bots and their budgets in memory."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.telegram.model.bot_config import BotState
from mara.telegram.model.outgoing import OutgoingMessage, OutgoingState
from mara.telegram.model.pace import EDIT_EVERY, BotPace, ChatPace
from mara.telegram.model.sending_plan import NextOfChat
from tests.support.fakes.database import FakeDatabase


@dataclass(frozen=True)
class StoredSender:
    """A row of senders."""

    owner_id: UUID
    holder: UUID | None = None
    leased_until: datetime | None = None
    sent: tuple[datetime, ...] = ()

    def is_free(self, now: datetime) -> bool:
        return self.leased_until is None or self.leased_until <= now


class FakeOutgoingMessages:
    """Implements ``OutgoingMessages``; dictionaries keep the order in which rows were added.

    All rows count as added at the time when they were due first.
    """

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, OutgoingMessage]:
        return self._database.tables.outgoing_messages

    def add(self, message: OutgoingMessage) -> None:
        tables = self._database.tables
        self._rows[message.id] = message
        tables.bot_senders.setdefault(message.config_id, StoredSender(message.owner_id))
        self._know(message.config_id, message.chat_id)
        if message.edits is not None:
            self._replace_older(message.edits)

    def get(self, owner_id: UUID, message_id: UUID) -> OutgoingMessage | None:
        found = self._rows.get(message_id)
        return found if found and found.owner_id == owner_id else None

    def list_next(self, config_id: UUID, now: datetime) -> Sequence[NextOfChat]:
        first: dict[tuple[int, bool], NextOfChat] = {}
        waiting = [
            NextOfChat(message, position, self._edited_id(message))
            for position, message in enumerate(self._rows.values())
            if message.config_id == config_id and message.waits and self._is_next(message, now)
        ]
        for one in sorted(waiting, key=_order):
            first.setdefault((one.message.chat_id, one.message.edits is not None), one)
        return sorted(first.values(), key=_order)

    def next_due(self, config_id: UUID, now: datetime) -> datetime | None:
        due = (
            self._ready_at(message)
            for message in self._rows.values()
            if message.config_id == config_id and message.waits and self._is_there(message)
        )
        return min((at for at in due if at > now), default=None)

    def save(self, after: OutgoingMessage, before: OutgoingMessage) -> bool:
        known = self._rows.get(before.id)
        if known is None or not known.waits or _progress(known) != _progress(before):
            return False
        self._rows[after.id] = replace(after, chat_id=known.chat_id, edited_at=known.edited_at)
        if after.edits is not None and after.waits:
            self._replace_older(after.edits)
        return True

    def edited(self, message_id: UUID, now: datetime) -> None:
        if message_id in self._rows:
            self._rows[message_id] = replace(self._rows[message_id], edited_at=now)

    def sent_instead(self, message_id: UUID, telegram_ids: tuple[int, ...]) -> bool:
        if message_id not in self._rows:
            return False
        self._rows[message_id] = replace(self._rows[message_id], telegram_ids=telegram_ids)
        return True

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        self._know(config_id, new_chat_id)
        for message in self._waiting(config_id, old_chat_id):
            self._rows[message.id] = replace(message, chat_id=new_chat_id)

    def fail_chat(self, config_id: UUID, chat_id: int, reason: str) -> Sequence[OutgoingMessage]:
        return self._fail(self._waiting(config_id, chat_id), reason)

    def fail_revoked(self, due_before: datetime, reason: str) -> Sequence[OutgoingMessage]:
        configs = self._database.tables.bot_configs
        old = [one for one in self._rows.values() if one.waits and one.due_at < due_before]
        revoked = [one for one in old if configs[one.config_id].state is BotState.REVOKED]
        return self._fail(revoked, reason)

    def forget_paces(self, before: datetime) -> int:
        return 0  # the fake keeps them with the bot

    def _is_next(self, message: OutgoingMessage, now: datetime) -> bool:
        if message.edits is None:
            return message.state is OutgoingState.SENDING or message.due_at <= now
        return self._is_there(message) and self._ready_at(message) <= now

    def _is_there(self, message: OutgoingMessage) -> bool:
        """Whether what the message edits is out of the way."""
        edited = self._rows.get(message.edits) if message.edits else None
        return edited is None or not edited.waits

    def _ready_at(self, message: OutgoingMessage) -> datetime:
        edited = self._rows.get(message.edits) if message.edits else None
        if edited is None or edited.edited_at is None:
            return message.due_at
        return max(message.due_at, edited.edited_at + EDIT_EVERY)

    def _edited_id(self, message: OutgoingMessage) -> int | None:
        edited = self._rows.get(message.edits) if message.edits else None
        return edited.telegram_ids[0] if edited and edited.telegram_ids else None

    def _replace_older(self, edits: UUID) -> None:
        rows = self._rows.values()
        queued = [row for row in rows if row.edits == edits and row.state is OutgoingState.QUEUED]
        for row in queued[:-1]:
            self._rows[row.id] = replace(row, state=OutgoingState.REPLACED)

    def _waiting(self, config_id: UUID, chat_id: int) -> list[OutgoingMessage]:
        rows = self._rows.values()
        return [
            row
            for row in rows
            if row.waits and (row.config_id, row.chat_id) == (config_id, chat_id)
        ]

    def _fail(self, messages: Iterable[OutgoingMessage], reason: str) -> list[OutgoingMessage]:
        given_up = [message.failed(reason) for message in messages]
        self._rows.update({message.id: message for message in given_up})
        return given_up

    def _know(self, config_id: UUID, chat_id: int) -> None:
        paces = self._database.tables.bot_chat_paces
        paces.setdefault((config_id, chat_id), ChatPace(is_group=chat_id < 0))


class FakeBotSenders:
    """Implements ``BotSenders``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, StoredSender]:
        return self._database.tables.bot_senders

    def lock(self, config_id: UUID) -> None:
        """Transactions of the fake follow each other."""

    def lease(self, config_id: UUID, holder: UUID, *, now: datetime, until: datetime) -> bool:
        row = self._rows.get(config_id)
        if row is None or not (row.is_free(now) or row.holder == holder):
            return False
        self._rows[config_id] = replace(row, holder=holder, leased_until=until)
        return True

    def release(self, config_id: UUID, holder: UUID) -> None:
        row = self._rows.get(config_id)
        if row is not None and row.holder == holder:
            self._rows[config_id] = replace(row, holder=None, leased_until=None)

    def pace(self, config_id: UUID, now: datetime) -> BotPace:
        row = self._rows.get(config_id)
        return BotPace(row.sent if row else (), dict(self._waits(config_id, now)))

    def chat_paces(self, config_id: UUID, chat_ids: Collection[int]) -> Mapping[int, ChatPace]:
        paces = self._database.tables.bot_chat_paces
        unknown = {chat_id: ChatPace(is_group=chat_id < 0) for chat_id in chat_ids}
        return {id_: paces.get((config_id, id_), unknown[id_]) for id_ in chat_ids}

    def save_pace(self, config_id: UUID, pace: BotPace) -> None:
        self._rows[config_id] = replace(self._rows[config_id], sent=pace.sent)

    def save_chat_pace(self, config_id: UUID, chat_id: int, pace: ChatPace) -> None:
        self._database.tables.bot_chat_paces[config_id, chat_id] = pace

    def list_idle(self, now: datetime, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
        tables = self._database.tables
        due = {
            row.config_id
            for row in tables.outgoing_messages.values()
            if row.waits and row.due_at <= now
        }
        return [
            (config_id, row.owner_id)
            for config_id, row in self._rows.items()
            if config_id in due
            and row.is_free(now)
            and tables.bot_configs[config_id].state is not BotState.REVOKED
        ][:limit]

    def _waits(self, config_id: UUID, now: datetime) -> Iterator[tuple[int, datetime]]:
        for (of_bot, chat_id), pace in self._database.tables.bot_chat_paces.items():
            if of_bot == config_id and pace.paused_until is not None and pace.paused_until > now:
                yield chat_id, pace.paused_until


def _order(one: NextOfChat) -> tuple[int, int]:
    return one.message.rank, one.position


def _progress(message: OutgoingMessage) -> tuple[int, int]:
    return message.attempts, len(message.telegram_ids)
