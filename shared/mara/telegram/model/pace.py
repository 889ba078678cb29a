"""When the next message may be sent: the budgets of a bot and of its chats, and Telegram's waits.

Telegram publishes no exact limits ("about 30 messages a second", "20 a minute to a group": Bots
FAQ, "My bot is hitting limits"), so the start values stay below them. Edits count like messages
(tdlib/td#2592). A 429 names the wait, which is the law for its chat.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
EDIT_EVERY: Final = timedelta(seconds=15)
"""The time between two edits of one message."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """How many messages and edits may be sent, by settings.

    ``edits`` is the share of a chat's budget that edits may take.
    """

    bot_per_second: int = 25
    chat_per_second: int = 1
    group_per_minute: int = 18
    edits: float = 1 / 3


DEFAULT_BUDGETS: Final = Budgets()


@dataclass(frozen=True, slots=True)
class ChatPace:
    """What a chat got in the last minute, ascending, and until when Telegram refuses it.

    ``is_group`` is true for groups and channels.
    """

    is_group: bool
    sent: tuple[datetime, ...] = ()
    edited: tuple[datetime, ...] = ()
    paused_until: datetime | None = None

    def next_at(self, at: datetime, budgets: Budgets, *, is_edit: bool) -> datetime:
        """When something may be sent to the chat, ``at`` or later."""
        both = sorted((*self.sent, *self.edited))
        earliest = max(at, self.paused_until or at)
        earliest = _free(both, budgets.chat_per_second, SECOND, earliest)
        if self.is_group:
            earliest = _free(both, budgets.group_per_minute, MINUTE, earliest)
        if is_edit:
            each_minute = (
                budgets.group_per_minute if self.is_group else budgets.chat_per_second * 60
            )
            earliest = _free(
                self.edited, max(int(each_minute * budgets.edits), 1), MINUTE, earliest
            )
        return earliest

    def after(self, at: datetime, *, is_edit: bool) -> "ChatPace":
        """With what was sent ``at``; what is older than a minute is forgotten."""
        sent, edited = _since(self.sent, at - MINUTE), _since(self.edited, at - MINUTE)
        if is_edit:
            return replace(self, sent=sent, edited=(*edited, at))
        return replace(self, sent=(*sent, at), edited=edited)

    def refused(self, at: datetime, retry_after: timedelta) -> "ChatPace":
        """After a 429: nothing is sent before ``retry_after`` is over; a longer wait stays."""
        return replace(self, paused_until=max(at + retry_after, self.paused_until or at))


@dataclass(frozen=True, slots=True)
class BotPace:
    """What a bot sent in the last second, ascending, and the waits of its chats by their ids."""

    sent: tuple[datetime, ...] = ()
    waits: Mapping[int, datetime] = field(default_factory=dict)

    def paused_until(self, at: datetime) -> datetime | None:
        """Until when the whole bot waits: two chats that were refused mean the bot is meant.

        It waits until all waits but one are over.
        """
        waits = sorted(until for until in self.waits.values() if until > at)
        return waits[-2] if len(waits) > 1 else None

    def next_at(self, at: datetime, budgets: Budgets) -> datetime:
        """When the bot may send something to any chat, ``at`` or later."""
        earliest = max(at, self.paused_until(at) or at)
        return _free(self.sent, budgets.bot_per_second, SECOND, earliest)

    def after(self, at: datetime) -> "BotPace":
        """With what was sent ``at``."""
        waits = {chat: until for chat, until in self.waits.items() if until > at}
        return BotPace((*_since(self.sent, at - SECOND), at), waits)

    def refused(self, chat_id: int, at: datetime, retry_after: timedelta) -> "BotPace":
        """After a 429 for this chat."""
        until = max(at + retry_after, self.waits.get(chat_id, at))
        return replace(self, waits={**self.waits, chat_id: until})


def next_edit_at(edited_at: datetime | None, at: datetime) -> datetime:
    """When a message that was edited at ``edited_at`` may be edited again, ``at`` or later."""
    return at if edited_at is None else max(at, edited_at + EDIT_EVERY)


def _free(
    times: tuple[datetime, ...] | list[datetime], limit: int, window: timedelta, at: datetime
) -> datetime:
    """The first time from ``at`` on whose window holds fewer than ``limit`` of the times."""
    if len(times) < limit:
        return at
    return max(at, times[-limit] + window)


def _since(times: tuple[datetime, ...], start: datetime) -> tuple[datetime, ...]:
    return tuple(one for one in times if one > start)
