"""Commands in messages."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mara.telegram.model.bot_config import BotProfile
from mara.telegram.model.incoming import IncomingMessage

COMMAND: Final = re.compile(
    r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,32}))?(?:\s+(.*))?", re.DOTALL
)
"""A command, the bot that it is for, and what follows."""


class CommandName(StrEnum):
    """The commands of bots; all others are unknown."""

    START = "start"
    HELP = "help"
    ASK = "ask"
    STATUS = "status"
    BALANCE = "balance"
    PRIVACY = "privacy"
    MUTE = "mute"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ChatCommand:
    """A command with what follows it; ``is_addressed`` is whether it names this bot.

    ``word`` is its name as it was written, in lower case: that of an unknown one too.
    """

    name: CommandName
    argument: str = ""
    is_addressed: bool = False
    word: str = ""


def command_of(message: IncomingMessage, bot: BotProfile) -> ChatCommand | None:
    """The command that the message begins with; None without one, and for those of other bots."""
    found = COMMAND.fullmatch(message.text.strip())
    if found is None:
        return None
    name, username, argument = found.groups()
    if username is not None and not is_same_name(username, bot.username):
        return None
    word = name.lower()
    known = word if word in set(CommandName) else CommandName.UNKNOWN
    return ChatCommand(CommandName(known), (argument or "").strip(), username is not None, word)


def is_for_other_bot(message: IncomingMessage, bot: BotProfile) -> bool:
    """Whether the message begins with a command that names another bot."""
    found = COMMAND.fullmatch(message.text.strip())
    return found is not None and bool(found[2]) and not is_same_name(found[2], bot.username)


def is_same_name(username: str, other: str) -> bool:
    """Whether two usernames are of one account."""
    return username.lower() == other.lower()
