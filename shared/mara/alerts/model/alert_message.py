"""Messages of posts in chats: what is shown of a post, and when it is shown again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

ANSWER_AWAITED_FOR: Final = timedelta(seconds=2)
"""A post whose question is not answered by then is shown without an answer, which is edited in."""


class ShownContent(StrEnum):
    """What a chat shows of a post: nothing yet, the alerts alone, or the answer too."""

    NOTHING = "nothing"
    ALERTS = "alerts"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Where the alerts of an intake are posted: the chat of a bot, or the one that it names."""

    config_id: UUID
    chat_id: int | None = None
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """The message of a post; ``message_id`` is the outgoing message.

    ``due_at`` is when it is to be shown or edited; None while it is up to date.
    """

    post_id: UUID
    owner_id: UUID
    target: AlertTarget
    due_at: datetime | None
    shown: ShownContent = ShownContent.NOTHING
    message_id: UUID | None = None

    def showing(self, shown: ShownContent, message_id: UUID) -> "AlertMessage":
        """Up to date, with this content."""
        return replace(self, due_at=None, shown=shown, message_id=message_id)

    def ended(self) -> "AlertMessage":
        """Not shown, or not any more."""
        return replace(self, due_at=None)
