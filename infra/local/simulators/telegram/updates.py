"""The updates that wait for a bot: their ids, lanes and lives.

https://core.telegram.org/bots/api#update; lanes and lives are those of
telegram-bot-api/Client.cpp (``add_update``, ``process_new_message_queue``,
``process_new_callback_query_queue``, ``add_update_chat_member``).
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
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
    _by_id: dict[int, PendingUpdate] = field(default_factory=dict)
    _lanes: dict[int, dict[int, PendingUpdate]] = field(default_factory=dict)
    _ends: list[tuple[float, int]] = field(default_factory=list)
    """A heap of when which update expires."""
    _last_id: int | None = None
    _last_at: float = 0.0

    @property
    def waiting(self) -> list[PendingUpdate]:
        """All that waits, expired or not."""
        return list(self._by_id.values())

    def allow(self, kinds: Iterable[str]) -> None:
        """Choose the kinds of later updates; none stands for the default ones."""
        self.allowed = frozenset(kinds) & frozenset(KINDS) or frozenset(KINDS) - NOT_BY_DEFAULT

    def push(self, kind: str, body: Json, *, lane: int, now: float) -> None:
        """Queue an update, unless the bot does not want its kind."""
        if kind not in self.allowed:
            return
        life_s = QUERY_LIFE_S if kind == "callback_query" else DAY_S
        number = self._next_id(now)
        one = PendingUpdate(number, lane, {"update_id": number, kind: body}, now + life_s, now)
        self._by_id[number] = self._lanes.setdefault(lane, {})[number] = one
        heappush(self._ends, (one.expires_at, number))

    def pending(self, now: float) -> list[PendingUpdate]:
        """What waits, after what is too old was dropped."""
        self._drop_expired(now)
        return self.waiting

    def heads(self, now: float) -> list[PendingUpdate]:
        """The oldest update of each lane."""
        self._drop_expired(now)
        return [next(iter(lane.values())) for lane in self._lanes.values()]

    def forget(self, update: PendingUpdate) -> None:
        """Remove an update that was delivered or given up."""
        if self._by_id.pop(update.id, None) is not None:
            lane = self._lanes[update.lane]
            del lane[update.id]
            if not lane:
                del self._lanes[update.lane]

    def clear(self) -> None:
        """Forget all updates."""
        for one in self.waiting:
            self.forget(one)

    def confirm(self, offset: int) -> None:
        """Forget the updates before an offset; a negative one keeps as many as it says.

        https://core.telegram.org/bots/api#getupdates
        """
        waiting = self.waiting
        done = waiting[:offset] if offset < 0 else [one for one in waiting if one.id < offset]
        for one in done:
            self.forget(one)

    def restart(self, now: float) -> None:
        """Let a new webhook begin with fresh attempts."""
        for one in self.waiting:
            one.wakeup_at, one.delay_s, one.failures, one.in_flight = now, 1, 0, False

    def _drop_expired(self, now: float) -> None:
        """What is under way is kept until its answer."""
        kept = []
        while self._ends and self._ends[0][0] <= now:
            end = heappop(self._ends)
            one = self._by_id.get(end[1])
            if one is None or one.expires_at != end[0]:
                continue
            if one.in_flight:
                kept.append(end)
            else:
                self.forget(one)
        for end in kept:
            heappush(self._ends, end)

    def _next_id(self, now: float) -> int:
        """The next id, or a random one after a week without updates."""
        if self._last_id is None or (not self._by_id and now - self._last_at >= WEEK_S):
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
