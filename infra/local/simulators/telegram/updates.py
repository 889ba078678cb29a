"""The updates that wait for a bot: their ids, lanes and lives.

https://core.telegram.org/bots/api#update; lanes and lives are those of
telegram-bot-api/Client.cpp (``add_update``, ``process_new_message_queue``,
``process_new_callback_query_queue``, ``add_update_chat_member``).
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from infra.local.simulators.telegram.model import Json

DAY_S: Final = 86_400
QUERY_LIFE_S: Final = 150
WEEK_S: Final = 7 * DAY_S
ID_MAX: Final = 2**31 - 1
KINDS: Final = (
    *("message", "edited_message", "channel_post", "edited_channel_post", "inline_query"),
    *("chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query", "poll"),
    *("poll_answer", "my_chat_member", "chat_member", "chat_join_request", "message_reaction"),
    *("message_reaction_count", "chat_boost", "removed_chat_boost"),
)
NOT_BY_DEFAULT: Final = {"chat_member", "message_reaction", "message_reaction_count"}
"""Kinds that a bot gets only if it names them (https://core.telegram.org/bots/api#setwebhook)."""


@dataclass
class PendingUpdate:
    """An update that was not delivered yet. ``failures`` and ``delay_s`` belong to its webhook."""

    id: int
    lane: int
    body: Json
    expires_at: float
    wakeup_at: float
    delay_s: int = 1
    failures: int = 0
    in_flight: bool = False


@dataclass
class UpdateQueue:
    """The updates of one bot, oldest first."""

    dice: random.Random
    allowed: frozenset[str] = frozenset(KINDS) - NOT_BY_DEFAULT
    waiting: list[PendingUpdate] = field(default_factory=list)
    _last_id: int | None = None
    _last_at: float = 0.0

    def allow(self, kinds: Iterable[str]) -> None:
        """Choose the kinds of later updates; none stands for the default ones."""
        self.allowed = frozenset(kinds) & frozenset(KINDS) or frozenset(KINDS) - NOT_BY_DEFAULT

    def push(self, kind: str, body: Json, *, lane: int, now: float) -> None:
        """Queue an update, unless the bot does not want its kind."""
        if kind not in self.allowed:
            return
        life_s = QUERY_LIFE_S if kind == "callback_query" else DAY_S
        number = self._next_id(now)
        update = {"update_id": number, kind: body}
        self.waiting.append(PendingUpdate(number, lane, update, now + life_s, now))

    def pending(self, now: float) -> list[PendingUpdate]:
        """What waits, after what is too old was dropped."""
        self.waiting = [one for one in self.waiting if one.in_flight or one.expires_at > now]
        return self.waiting

    def forget(self, update: PendingUpdate) -> None:
        """Remove an update that was delivered or given up."""
        self.waiting = [one for one in self.waiting if one is not update]

    def confirm(self, offset: int) -> None:
        """Forget the updates before an offset; a negative one keeps as many as it says.

        https://core.telegram.org/bots/api#getupdates
        """
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset > 0:
            self.waiting = [one for one in self.waiting if one.id >= offset]

    def restart(self, now: float) -> None:
        """Let a new webhook begin with fresh attempts."""
        for one in self.waiting:
            one.wakeup_at, one.delay_s, one.failures, one.in_flight = now, 1, 0, False

    def _next_id(self, now: float) -> int:
        """The next id, or a random one after a week without updates."""
        if self._last_id is None or (not self.waiting and now - self._last_at >= WEEK_S):
            self._last_id = self.dice.randrange(1, ID_MAX // 2)
        else:
            self._last_id += 1
        self._last_at = now
        return self._last_id


def lane_of_chat(chat_id: int) -> int:
    """The lane of messages, posts and edits."""
    return chat_id


def lane_of_presses(user_id: int) -> int:
    """The lane of a person's presses."""
    return user_id + (3 << 33)


def lane_of_membership(chat_id: int) -> int:
    """The lane of what happens to the bot's own membership."""
    return chat_id + (5 << 33)
