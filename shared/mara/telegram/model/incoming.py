"""What an update says, without the client of Telegram: a message, a press, or a membership."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mara.telegram.model.bot_chat import ChatKind


class SenderKind(StrEnum):
    """Who wrote: a person, a bot, or a chat (a channel, or an anonymous administrator)."""

    PERSON = "person"
    BOT = "bot"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote; ``id`` is that of the chat for messages in the name of a chat."""

    id: int
    kind: SenderKind
    name: str = ""
    language: str = ""
    """The ``language_code`` of the person's client, empty if unknown."""


@dataclass(frozen=True, slots=True)
class IncomingChat:
    """The chat of an update; the title of a private chat is the person's name."""

    id: int
    kind: ChatKind
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """An account that a text names, from character ``start`` to ``end``.

    ``username`` is without ``@``; people without one are named by their id.
    """

    start: int
    end: int
    username: str | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Replied:
    """The message that a message replies to."""

    sender_id: int | None
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message or a post of a channel; ``text`` may be the caption of a file.

    ``thread_id`` is set in topics only. ``origin_chat_id`` is the channel of which Telegram copied
    the post ``origin_message_id`` into its discussion group. ``moved_to`` and ``moved_from`` are
    ids of a group before and after it became a supergroup.
    """

    chat: IncomingChat
    message_id: int
    sender: Sender | None = None
    text: str = field(default="", repr=False)
    thread_id: int | None = None
    mentions: tuple[Mention, ...] = ()
    replied: Replied | None = None
    is_edit: bool = False
    is_service: bool = False
    """Whether Telegram itself made it: someone joined, a topic was opened."""
    is_caption: bool = False
    """Whether the text is that of a picture or a file."""
    origin_chat_id: int | None = None
    origin_message_id: int | None = None
    moved_to: int | None = None
    moved_from: int | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A press of a button; ``message_id`` is the message that has it."""

    press_id: str
    sender: Sender
    data: str = field(repr=False)
    chat_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """The bot was added to a chat at a time, removed from it, or got other rights there."""

    chat: IncomingChat
    by: Sender
    was_member: bool
    is_member: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Skipped:
    """An update of a kind that MARA does not handle."""


Incoming = IncomingMessage | Press | Membership | Skipped
