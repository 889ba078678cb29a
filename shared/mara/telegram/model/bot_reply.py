"""What a bot did about a message, as it is kept for the limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

KEPT_FOR: Final = timedelta(days=1)
"""The longest window of a limit."""


class ReplyKind(StrEnum):
    """What a bot did about a message."""

    QUESTION = "question"
    """The agent was asked, or a command was answered."""
    BOT_QUESTION = "bot_question"
    """The same, for another bot: two bots would talk for ever."""
    DECLINED = "declined"
    """The bot said that the person may not ask."""
    LIMITED = "limited"
    """The bot said that there were too many questions."""
    CODE = "code"
    """The code of an invitation was tried."""
    IGNORED = "ignored"
    """The bot stayed silent."""
    TOO_DEAR = "too_dear"
    """The bot said that the day's answers cost as much as its owner allows."""


@dataclass(frozen=True, slots=True)
class BotReply:
    """What a bot did about an update; of the message it has only ids."""

    config_id: UUID
    owner_id: UUID
    update_id: int
    kind: ReplyKind
    chat_id: int
    sender_id: int
    at: datetime
    price: int | None = 0
    """What the answer cost, in micro-USDT; None until it is there."""
