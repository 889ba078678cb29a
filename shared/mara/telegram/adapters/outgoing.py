"""Outgoing messages in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from mara.kernel.correlation import current
from mara.platform.sql import Row, execute, fetch_all, fetch_one, fetch_value, take
from mara.telegram.adapters import outgoing_statements as statements
from mara.telegram.adapters.bot_locks import lock_sender
from mara.telegram.model.outgoing import OutgoingFile, OutgoingMessage
from mara.telegram.model.pace import EDIT_EVERY
from mara.telegram.model.sending_plan import NextOfChat


class PostgresOutgoingMessages:
    """Implements ``OutgoingMessages``."""

    def add(self, message: OutgoingMessage) -> None:
        """Store a message; an edit replaces those of the same message that wait."""
        execute(statements.ADD, **_values(message), correlation_id=current())
        bot = {"config_id": message.config_id, "owner_id": message.owner_id}
        execute(statements.ADD_SENDER, **bot)
        execute(statements.ADD_CHAT, **bot, chat_id=message.chat_id)
        if message.edits is not None:
            execute(statements.REPLACE_OLDER, edits=message.edits)

    def get(self, owner_id: UUID, message_id: UUID) -> OutgoingMessage | None:
        """Return the message, None where it is unknown or was forgotten."""
        row = fetch_one(statements.GET, owner_id=owner_id, id=message_id)
        return _message(row) if row else None

    def list_next(self, config_id: UUID, now: datetime) -> Sequence[NextOfChat]:
        """Return the next message and the next edit of each chat, by priority, then by age."""
        rows = fetch_all(statements.NEXT_MESSAGES, config_id=config_id, now=now)
        found = [NextOfChat(_message(row), row["position"]) for row in rows]
        edited_before = now - EDIT_EVERY
        rows = fetch_all(
            statements.NEXT_EDITS, config_id=config_id, now=now, edited_before=edited_before
        )
        found += [
            NextOfChat(_message(row), row["position"], _first(row["edited_ids"])) for row in rows
        ]
        return sorted(found, key=lambda one: (one.message.rank, one.position))

    def next_due(self, config_id: UUID, now: datetime) -> datetime | None:
        """Return when the next of those becomes due that ``list_next`` leaves out."""
        found: datetime | None = fetch_value(
            statements.NEXT_DUE, config_id=config_id, now=now, edit_every=EDIT_EVERY
        )
        return found

    def save(self, after: OutgoingMessage, before: OutgoingMessage) -> bool:
        """Store what changed since ``before``; False where another sender changed it meanwhile."""
        tried = {"of_id": before.id, "of_attempts": before.attempts}
        values = _values(after)
        changed = {name: values[name] for name in statements.CHANGING}
        if execute(statements.SAVE, **tried, sent_parts=len(before.telegram_ids), **changed) == 0:
            return False
        if after.edits is not None and after.waits:
            execute(statements.REPLACE_OLDER, edits=after.edits)
        return True

    def edited(self, message_id: UUID, now: datetime) -> None:
        """Remember when a message was edited."""
        execute(statements.EDITED, of_id=message_id, edited_at=now)

    def sent_instead(self, message_id: UUID, telegram_ids: tuple[int, ...]) -> bool:
        """Let later edits of the message go elsewhere; False where it is unknown."""
        values = {"of_id": message_id, "telegram_ids": telegram_ids}
        return execute(statements.SENT_INSTEAD, **values) == 1

    def move(self, config_id: UUID, old_chat_id: int, new_chat_id: int) -> None:
        """Send what waits for a chat to another one."""
        lock_sender(config_id)
        moved = {"config_id": config_id, "old_chat_id": old_chat_id, "new_chat_id": new_chat_id}
        execute(statements.MOVE_PACE, **moved)
        execute(statements.MOVE, **moved)

    def fail_chat(self, config_id: UUID, chat_id: int, reason: str) -> Sequence[OutgoingMessage]:
        """Give up what waits for a chat, and return it."""
        given_up = fetch_all(
            statements.FAIL_CHAT, of_config=config_id, of_chat=chat_id, reason=reason
        )
        return [_message(row) for row in given_up]

    def fail_revoked(self, due_before: datetime, reason: str) -> Sequence[OutgoingMessage]:
        """Give up what was due before a time at bots whose token is revoked, and return it."""
        rows = fetch_all(statements.FAIL_REVOKED, due_before=due_before, reason=reason)
        return [_message(row) for row in rows]

    def forget_paces(self, before: datetime) -> int:
        """Delete what chats got last before a time, unless something waits for them; how many."""
        return execute(statements.FORGET_PACES, before=before)


def _values(message: OutgoingMessage) -> Row:
    return {
        "id": message.id,
        "config_id": message.config_id,
        "owner_id": message.owner_id,
        "chat_id": message.chat_id,
        "thread_id": message.thread_id,
        "priority": message.priority,
        "rank": message.rank,
        "parts": message.parts,
        "buttons": message.buttons,
        "file_name": message.file.name if message.file else None,
        "file": message.file.content if message.file else None,
        "reply_to": message.reply_to,
        "edits": message.edits,
        "due_at": message.due_at,
        "state": message.state,
        "telegram_ids": message.telegram_ids,
        "attempts": message.attempts,
        "is_plain": message.is_plain,
        "edited_at": message.edited_at,
        "reason": message.reason,
        "caused_at": message.caused_at,
    }


def _message(row: Row) -> OutgoingMessage:
    name, content = row.pop("file_name"), row.pop("file")
    file = OutgoingFile(name, bytes(content)) if name is not None else None
    return take(OutgoingMessage, row, file=file)


def _first(telegram_ids: tuple[int, ...] | None) -> int | None:
    return telegram_ids[0] if telegram_ids else None
