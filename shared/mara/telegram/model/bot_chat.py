"""Chats that a bot is in, and whether their members may ask it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.kernel.ids import new_id

TITLE_MAX = 255
"""Of what is kept: Telegram allows titles of 128 characters, names of people of twice 64."""


class ChatKind(StrEnum):
    """The kinds that the Bot API names."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatState(StrEnum):
    """Whether the bot reads a chat and answers in it.

    A chat that a linked account of the owner added the bot to is ``approved``; one that anyone else
    added it to is ``pending``: the bot is silent, and of the chat only id and title are kept. In an
    ``unreachable`` chat the bot may not write.
    """

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class BotChat:
    """A chat of a bot. ``added_by`` is the Telegram account that added the bot, where known."""

    config_id: UUID
    owner_id: UUID
    chat_id: int
    title: str
    kind: ChatKind
    state: ChatState
    added_by: int | None
    changed_at: datetime
    id: UUID = field(default_factory=new_id, compare=False)
    """The cursor of lists; ``save`` keeps the one that is stored, as of ``saw_bots_at``."""
    saw_bots_at: datetime | None = field(default=None, compare=False)
    """When a message of another bot came that was not meant for this one; within a day."""
    muted_until: datetime | None = field(default=None, compare=False)
    """Alerts that are not critical wait until then; ``save`` keeps what is stored."""

    def is_muted(self, at: datetime) -> bool:
        """Whether alerts wait that are not critical."""
        return self.muted_until is not None and at < self.muted_until

    def now_in(self, state: ChatState, at: datetime) -> "BotChat":
        """Return the chat in another state."""
        return replace(self, state=state, changed_at=at)
