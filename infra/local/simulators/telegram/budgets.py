"""How much a bot may send: messages and edits together, in all, to a chat and to a group.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: 30 messages a
second, one a second in a chat with short bursts above, 20 a minute in a group. Edits count like
messages (https://github.com/tdlib/td/issues/2592, https://github.com/tdlib/td/issues/3034).
"""

import math
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from infra.local.simulators.telegram.errors import too_many_requests
from infra.local.simulators.telegram.model import Chat, ChatType

Key = tuple[int, int | None]
"""A bot and one of its chats, or None for all of them."""


@dataclass(frozen=True)
class Limit:
    """At most ``count`` messages in ``window_s`` seconds."""

    count: int
    window_s: float


@dataclass
class Limits:
    """The limits; ``retry_after_s`` replaces the wait that a refusal computes."""

    bot: Limit = Limit(30, 1.0)
    chat: Limit = Limit(3, 3.0)
    group: Limit = Limit(20, 60.0)
    retry_after_s: int | None = None


@dataclass
class Budgets:
    """What was sent lately, and who has to wait.

    ``early`` counts the requests that came before their ``retry_after`` was over.
    """

    limits: Limits = field(default_factory=Limits)
    early: int = 0
    _sent: defaultdict[tuple[Key, float], deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _paused_until: dict[Key, float] = field(default_factory=dict)

    def spend(self, bot_id: int, chat: Chat, now: float) -> None:
        """Count a message or edit. Raises ApiError with the time to wait if it is too much."""
        self._refuse_early((bot_id, None), now)
        self._refuse_early((bot_id, chat.id), now)
        windows = list(self._windows(bot_id, chat, now))
        for key, limit, times in windows:
            if len(times) >= limit.count:
                last_to_leave = times[len(times) - limit.count]
                self._pause(key, last_to_leave + limit.window_s - now, now)
        for _, _, times in windows:
            times.append(now)

    def pause(self, bot_id: int, chat_id: int | None, seconds: int, now: float) -> None:
        """Let requests to a chat, or all of a bot's, be refused for some time."""
        self._paused_until[bot_id, chat_id] = now + seconds

    def _windows(
        self, bot_id: int, chat: Chat, now: float
    ) -> Iterator[tuple[Key, Limit, deque[float]]]:
        limits: list[tuple[Key, Limit]] = [((bot_id, None), self.limits.bot)]
        limits.append(((bot_id, chat.id), self.limits.chat))
        if chat.type is not ChatType.PRIVATE:
            limits.append(((bot_id, chat.id), self.limits.group))
        for key, limit in limits:
            times = self._sent[key, limit.window_s]
            while times and times[0] <= now - limit.window_s:
                times.popleft()
            yield key, limit, times

    def _pause(self, key: Key, seconds: float, now: float) -> None:
        """Raises ApiError."""
        wait = self.limits.retry_after_s or max(1, math.ceil(seconds))
        self._paused_until[key] = now + wait
        raise too_many_requests(wait)

    def _refuse_early(self, key: Key, now: float) -> None:
        left = self._paused_until.get(key, now) - now
        if left > 0:
            self.early += 1
            raise too_many_requests(max(1, math.ceil(left)))
