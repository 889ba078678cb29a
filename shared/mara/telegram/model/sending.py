"""What is asked of Telegram for one piece of a message, and what came of it."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from mara.telegram.model.formatted_text import FormattedText, Span
from mara.telegram.model.outgoing import Button, OutgoingFile, OutgoingMessage


class SendResult(StrEnum):
    """What Telegram says, in the terms of what is done next."""

    SENT = "sent"
    NOT_MODIFIED = "not_modified"
    POSTPONED = "postponed"
    """429."""
    MIGRATED = "migrated"
    BAD_ENTITIES = "bad_entities"
    NO_TOPIC = "no_topic"
    NO_EDIT = "no_edit"
    UNREACHABLE = "unreachable"
    REVOKED = "revoked"
    FAULT = "fault"
    """5xx, a time-out or a broken connection: it may have been sent."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """``words`` are Telegram's, for the reason that is kept of a failure.

    ``telegram_id`` is that of what was sent, ``retry_after`` the wait of a 429, ``chat_id`` the
    supergroup that a group became.
    """

    kind: SendResult
    words: str = ""
    telegram_id: int = 0
    retry_after: timedelta = timedelta()
    chat_id: int = 0


@dataclass(frozen=True, slots=True)
class SendRequest:
    """A text or a file; ``edits`` is the message of Telegram that it replaces."""

    chat_id: int
    text: FormattedText = field(repr=False)
    file: OutgoingFile | None = None
    thread_id: int | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    reply_to: int | None = None
    edits: int | None = None


def request_for(message: OutgoingMessage, edited_id: int | None) -> SendRequest:
    """The request for the next piece; the pieces after the first reply to it."""
    piece = len(message.telegram_ids)
    text = message.parts[piece] if piece < len(message.parts) else FormattedText()
    if message.is_plain:
        text = FormattedText((Span(text.text),))
    return SendRequest(
        chat_id=message.chat_id,
        text=text,
        file=message.file if piece == len(message.parts) else None,
        thread_id=message.thread_id,
        buttons=() if piece else message.buttons,
        reply_to=message.telegram_ids[0] if piece else message.reply_to,
        edits=edited_id,
    )
