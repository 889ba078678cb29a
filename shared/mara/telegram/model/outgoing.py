"""Messages on their way to chats: rows that a sender takes by priority and age.

The parts of a message are one unit: once the first is sent, nothing else goes to the chat until the
last is. An edit replaces the first part of a message that was sent.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.kernel.ids import new_id
from mara.telegram.model.formatted_text import FormattedText

BUTTON_DATA_BYTES_MAX: Final = 64
"""Bot API, InlineKeyboardButton."""
RETRY_WAITS: Final = tuple(timedelta(seconds=one) for one in (1, 5, 30, 60, 120))
"""After one more failure a message is given up, and its chat goes on: it stood still for some three
and a half minutes."""


SENT_KEPT: Final = timedelta(days=30)
"""A message is kept for so long after it was made; the message of an alert as long as the alert."""
PACES_KEPT: Final = timedelta(days=1)
"""How long the budget of a silent chat is kept: longer than it lasts, a minute, and any wait."""


class Priority(StrEnum):
    """What goes first: alerts, then the results of presses, answers, digests."""

    ALERT = "alert"
    PRESS = "press"
    ANSWER = "answer"
    DIGEST = "digest"


RANKS: Final = {priority: rank for rank, priority in enumerate(Priority)}
BEGUN_RANK: Final = -1
"""Of a message with parts that are sent: it goes before all others."""


class OutgoingState(StrEnum):
    """``sending`` from the first try on; an edit that failed waits as ``queued`` again.

    ``replaced`` is an edit that a newer one of the same message overtook.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    REPLACED = "replaced"


WAITING: Final = frozenset({OutgoingState.QUEUED, OutgoingState.SENDING})


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message: it opens an address, or its press sends ``data`` to the bot."""

    text: str
    data: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        if (self.data is None) == (self.url is None):
            raise ValueError("a button has either data or an address")
        if self.data is not None and len(self.data.encode()) > BUTTON_DATA_BYTES_MAX:
            raise ValueError("the data of a button are longer than Telegram takes")


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that follows the parts of a message."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message. ``buttons`` are rows below the first part, to which the other parts reply.

    ``edits`` is the message whose first part this one edits; where that is impossible the edit is
    sent as a message. ``telegram_ids`` are those of the parts that are sent. ``attempts`` counts
    the tries of the next part. ``is_plain`` leaves formats out, which Telegram refused.
    ``caused_at`` is when the alert came that it is the first message of. ``correlation_id`` is
    stored by the repository when a message is added.
    """

    id: UUID
    config_id: UUID
    owner_id: UUID
    chat_id: int
    priority: Priority
    parts: tuple[FormattedText, ...] = field(repr=False)
    due_at: datetime
    thread_id: int | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    edits: UUID | None = None
    file: OutgoingFile | None = None
    state: OutgoingState = OutgoingState.QUEUED
    telegram_ids: tuple[int, ...] = ()
    attempts: int = 0
    is_plain: bool = False
    edited_at: datetime | None = None
    reason: str | None = None
    caused_at: datetime | None = None
    correlation_id: str | None = None

    def __post_init__(self) -> None:
        if not all(part.text for part in self.parts) or not (self.parts or self.file):
            raise ValueError("a message has parts, and each shows something")
        if self.edits is not None and (len(self.parts) != 1 or self.file):
            raise ValueError("an edit is one part")

    @property
    def pieces(self) -> int:
        """How many messages of Telegram this is: parts, and the file."""
        return len(self.parts) + (self.file is not None)

    @property
    def waits(self) -> bool:
        """Whether something is left to be sent."""
        return self.state in WAITING

    @property
    def rank(self) -> int:
        """The place in the order of a chat, before the age."""
        return BEGUN_RANK if self.telegram_ids else RANKS[self.priority]

    def begun(self) -> "OutgoingMessage":
        """While a part is on its way; a try that ends with its worker counts too."""
        return replace(self, state=OutgoingState.SENDING, attempts=self.attempts + 1)

    def sent_part(self, telegram_id: int) -> "OutgoingMessage":
        """After the next part arrived."""
        ids = (*self.telegram_ids, telegram_id)
        state = OutgoingState.SENT if len(ids) == self.pieces else OutgoingState.SENDING
        return replace(self, state=state, telegram_ids=ids, attempts=0, reason=None)

    def edited(self) -> "OutgoingMessage":
        """An edit after Telegram took it."""
        return replace(self, state=OutgoingState.SENT, reason=None)

    def postponed(self) -> "OutgoingMessage":
        """After a refusal that says nothing of the message: the try does not count."""
        return replace(self, state=self._idle, attempts=self.attempts - 1)

    def failed_once(self, reason: str, now: datetime) -> "OutgoingMessage":
        """After a fault that may pass: waiting for the next try, or failed after the last."""
        if self.attempts > len(RETRY_WAITS):
            return self.failed(reason)
        due_at = now + RETRY_WAITS[max(self.attempts, 1) - 1]
        return replace(self, state=self._idle, due_at=due_at, reason=reason)

    def failed(self, reason: str) -> "OutgoingMessage":
        """For good."""
        return replace(self, state=OutgoingState.FAILED, reason=reason)

    def sent_to(self, config_id: UUID, chat_id: int) -> "OutgoingMessage":
        """A new message with its text for another chat, by another bot."""
        return replace(
            self,
            id=new_id(),
            config_id=config_id,
            chat_id=chat_id,
            thread_id=None,
            reply_to=None,
            state=OutgoingState.QUEUED,
            telegram_ids=(),
            attempts=0,
            reason=None,
        )

    @property
    def _idle(self) -> OutgoingState:
        # A message that was tried keeps its place before younger ones; an edit may be replaced.
        return OutgoingState.QUEUED if self.edits else OutgoingState.SENDING
