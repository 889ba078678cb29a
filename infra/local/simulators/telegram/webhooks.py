"""Which updates a webhook is sent, and when again: the rules without the network.

They are those of telegram-bot-api/WebhookActor.cpp and .h: one queue per chat
(``queue_updates_``), whose next update waits until the one before was accepted or dropped;
``on_update_error`` computes the next attempt, and ``handle`` drops a webhook that answers 410.
"""

import random
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import responses
from typing import Final
from urllib.parse import urlsplit

from infra.local.simulators.telegram.model import Json
from infra.local.simulators.telegram.updates import PendingUpdate, UpdateQueue

ACCEPTED_MIN, ACCEPTED_MAX = 200, 299
RETRY_AFTER_MAX_S: Final = 3600
RESEND_MIN_S, RESEND_MAX_S = 60, 120
"""The longest delay between two attempts is a random number of seconds between these."""
LOCAL_NAMES: Final = frozenset({"localhost", "127.0.0.1"})
GONE_FOR_S: Final = 23 * 3600
SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a name


def is_local(url: str) -> bool:
    """Whether an address is on this machine: only such ones are really sent updates."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and parts.hostname in LOCAL_NAMES


@dataclass(frozen=True)
class Settings:
    """What setWebhook was told (https://core.telegram.org/bots/api#setwebhook)."""

    url: str
    secret: str | None = None
    connections_max: int = 40


@dataclass(frozen=True)
class Outcome:
    """How a receiver answered; ``status`` is None if the connection failed or took too long."""

    status: int | None
    retry_after_s: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the update is delivered."""
        return self.status is not None and ACCEPTED_MIN <= self.status <= ACCEPTED_MAX

    @property
    def words(self) -> str:
        """What getWebhookInfo shows as the last error."""
        if self.status is None:
            return "Webhook connection closed"
        phrase = responses.get(self.status, "")
        return f"Wrong response from the webhook: {self.status} {phrase}".rstrip()


@dataclass
class Webhook:
    """A bot's webhook and its last errors."""

    settings: Settings
    dice: random.Random
    last_error_at: float | None = None
    last_error: str | None = None
    gone_since: float | None = None
    attempts: list[tuple[float, int]] = field(default_factory=list)
    """When which update was sent."""

    def take(self, queue: UpdateQueue, now: float) -> list[PendingUpdate]:
        """The updates to send now: the first of each lane, as connections allow."""
        heads = queue.heads(now)
        free = self.settings.connections_max - sum(one.in_flight for one in heads)
        ready = [one for one in heads if not one.in_flight and one.wakeup_at <= now]
        ready.sort(key=lambda one: (one.wakeup_at, one.lane))
        for one in ready[: max(free, 0)]:
            one.in_flight = True
            self.attempts.append((now, one.id))
        return ready[: max(free, 0)]

    def next_at(self, queue: UpdateQueue, now: float) -> float | None:
        """When the next update is due, or None if none waits outside of a connection."""
        times = [one.wakeup_at for one in queue.heads(now) if not one.in_flight]
        return min(times, default=None)

    def settle(
        self, queue: UpdateQueue, update: PendingUpdate, outcome: Outcome, now: float
    ) -> bool:
        """Take note of an answer; False if the webhook is to be dropped."""
        update.in_flight = False
        if outcome.accepted:
            self.gone_since = None
            queue.forget(update)
            return True
        self.last_error_at, self.last_error = now, outcome.words
        self._try_again(queue, update, outcome, now)
        if outcome.status is None:
            return True
        if outcome.status != HTTPStatus.GONE:
            self.gone_since = None
            return True
        self.gone_since = now if self.gone_since is None else self.gone_since
        return now <= self.gone_since + GONE_FOR_S

    def _try_again(
        self, queue: UpdateQueue, update: PendingUpdate, outcome: Outcome, now: float
    ) -> None:
        """At once, then after 2, 4, ... seconds; ``Retry-After`` is obeyed up to an hour."""
        wait = max(0, min(outcome.retry_after_s, RETRY_AFTER_MAX_S))
        if wait == 0 and update.failures > 0:
            longest = self.dice.randint(RESEND_MIN_S, RESEND_MAX_S)
            wait = update.delay_s = min(longest, update.delay_s * 2)
        if now + wait > update.expires_at:
            queue.forget(update)
            return
        update.wakeup_at = now + wait
        update.failures += 1


def info(webhook: Webhook | None, queue: UpdateQueue, now: float) -> Json:
    """https://core.telegram.org/bots/api#webhookinfo."""
    seen: Json = {
        "url": webhook.settings.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue.pending(now)),
        "allowed_updates": sorted(queue.allowed),
    }
    if webhook is not None:
        seen["max_connections"] = webhook.settings.connections_max
        if webhook.last_error_at is not None:
            seen["last_error_date"] = int(webhook.last_error_at)
            seen["last_error_message"] = webhook.last_error
    return seen
