"""What Telegram says about a bot, its webhook and its chats when it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mara.telegram.model.bot_chat import ChatKind
from mara.telegram.model.bot_config import BotProfile, BotState


class Trouble(StrEnum):
    """Why there is no answer."""

    NO_ANSWER = "no_answer"
    """Telegram answered too late, with an error of its own, or asked to wait."""
    REVOKED = "revoked"
    NOT_INSIDE = "not_inside"
    """The bot is not in the chat, or there is no such chat."""
    MIGRATED = "migrated"
    """The group became a supergroup, which has another id."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A question that got no answer; ``words`` are Telegram's, or the name of an error."""

    trouble: Trouble
    words: str = ""
    moved_to: int | None = None


@dataclass(frozen=True, slots=True)
class WebhookView:
    """What getWebhookInfo says; an empty URL means that none is set."""

    url: str
    pending: int
    kinds: frozenset[str]
    """The kinds of updates that are sent; empty means the default ones."""
    error: str = ""
    error_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChatView:
    """How the bot stands to a chat that it is in."""

    kind: ChatKind
    is_forum: bool
    administers: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """What Telegram said; each part has its own answer, or the reason why there is none."""

    profile: BotProfile | Problem
    webhook: WebhookView | Problem
    chats: Mapping[int, ChatView | Problem]

    def state_of(self, known: BotState, webhook_url: str) -> BotState:
        """The state of the bot, whose webhook has this URL as MARA set it.

        Without an answer the known one stays. A webhook that is gone was taken too: a program
        that calls getUpdates has to delete it first.
        """
        problems = [part for part in (self.profile, self.webhook) if isinstance(part, Problem)]
        if any(one.trouble is Trouble.REVOKED for one in problems):
            return BotState.REVOKED
        if isinstance(self.webhook, Problem):
            return known
        if self.webhook.url == webhook_url:
            return BotState.ACTIVE
        return known if known is BotState.CONNECTING else BotState.WEBHOOK_TAKEN
