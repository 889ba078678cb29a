"""What a bot does about an update."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from mara.telegram.model.bot_config import BotConfig
from mara.telegram.model.chat_command import CommandName
from mara.telegram.model.formatted_text import FormattedText
from mara.telegram.model.incoming import IncomingMessage, Press

GROUP_MEMORY: Final = timedelta(hours=24)
"""For so long after the last question, a question in a group continues its conversation."""


@dataclass(frozen=True, slots=True)
class Silence:
    """The bot says nothing."""


@dataclass(frozen=True, slots=True)
class Say:
    """The bot answers the message with a text, as a message of ``owner_id``; None: of its owner."""

    message: IncomingMessage
    text: FormattedText
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AskAgent:
    """The bot's agent answers. ``conversation_id`` is the one to continue."""

    config: BotConfig
    message: IncomingMessage
    question: str = field(repr=False)
    conversation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Report:
    """The bot reports its status, or the balance of its owner."""

    config: BotConfig
    message: IncomingMessage
    command: CommandName


@dataclass(frozen=True, slots=True)
class Mute:
    """The alerts of the chat are muted, if the sender may; ``argument`` says for how long."""

    config: BotConfig
    message: IncomingMessage
    argument: str


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """The bot does what a button says; ``owner_id`` is the user whose post it is below."""

    config: BotConfig
    press: Press
    owner_id: UUID


Reaction = Silence | Say | AskAgent | Report | Mute | AnswerPress
