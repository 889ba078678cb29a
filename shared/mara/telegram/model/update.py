"""Updates of bots: their lanes, and when a failed one is tried again.

A lane is the order that updates are handled in: one for each chat of a bot, and one for each person
who presses buttons. Telegram sends the next message, post or edit of a chat only after the one
before was accepted (WebhookActor.cpp keeps one queue per chat), so the order in which the updates
of a lane are claimed is the order of the chat. Presses and memberships come in queues of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from mara.kernel.errors import DomainError, code_of

CHAT_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "my_chat_member",
)
PRESS = "callback_query"
OTHER_LANE = "other"
"""The lane of updates of unknown kinds, which are stored and skipped."""
RETRY_WAITS = (timedelta(seconds=2), timedelta(seconds=10))
"""After the third failure an update is dead, so a chat stands still for a bounded time."""
LANE_LEASE = timedelta(seconds=30)
"""How long a worker has a lane; it is renewed before each update, and before an agent is asked."""
HANDLED_KEPT = timedelta(days=3)
"""Telegram gives an update up after 24 hours; until then it may come again."""
DEAD_KEPT = timedelta(days=7)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name
"""The header in which Telegram sends the secret of the webhook."""
UPDATE_BYTES_MAX = 1024 * 1024
"""A bound of MARA: what Telegram sends is far smaller."""


class UpdateState(StrEnum):
    """``dead`` after the last try; a dead update can be redriven.

    A handled update is kept without its body, so that a repetition is recognised.
    """

    WAITING = "waiting"
    HANDLED = "handled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of a bot."""

    config_id: UUID
    owner_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ClaimedUpdate:
    """An update as Telegram sent it; ``body`` is the JSON of the request."""

    config_id: UUID
    owner_id: UUID
    update_id: int
    lane: str
    body: bytes = field(repr=False)
    received_at: datetime
    attempts: int = 0
    due_at: datetime | None = None
    """Not before this time, after a failure."""
    correlation_id: str | None = None

    @property
    def in_lane(self) -> Lane:
        """The lane of the update."""
        return Lane(self.config_id, self.owner_id, self.lane)

    def failed(self, reason: str, now: datetime) -> "FailedUpdate":
        """The update after one more failure: waiting for its next try, or dead."""
        attempts = self.attempts + 1
        if attempts > len(RETRY_WAITS):
            return FailedUpdate(self, UpdateState.DEAD, attempts, now, reason)
        due_at = now + RETRY_WAITS[attempts - 1]
        return FailedUpdate(self, UpdateState.WAITING, attempts, due_at, reason)


@dataclass(frozen=True, slots=True)
class FailedUpdate:
    """What is stored of a failure; ``at`` is the time of the next try, or of the death."""

    update: ClaimedUpdate
    state: UpdateState
    attempts: int
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class DeadUpdate:
    """An update that was given up, without what it says; ``reason`` is a code."""

    update_id: int
    lane: str
    reason: str
    attempts: int
    received_at: datetime


def lane_of(update: Mapping[str, Any]) -> str:
    """The lane of a parsed update; fields that are missing or malformed mean ``other``."""
    pressed = update.get(PRESS)
    if pressed is not None:
        person = _id(pressed, "from")
        return OTHER_LANE if person is None else f"person:{person}"
    for kind in CHAT_KINDS:
        if kind in update:
            chat = _id(update[kind], "chat")
            return OTHER_LANE if chat is None else f"chat:{chat}"
    return OTHER_LANE


def _id(content: Any, name: str) -> int | None:
    found = content.get(name) if isinstance(content, dict) else None
    id_ = found.get("id") if isinstance(found, dict) else None
    return id_ if isinstance(id_, int) and not isinstance(id_, bool) else None


def reason_of(error: Exception) -> str:
    """A stable code: the words of an error may repeat those of a chat."""
    if isinstance(error, DomainError):
        return code_of(type(error))
    return type(error).__name__
