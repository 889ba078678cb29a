"""The deadline of an unpaid invoice, which stands still while enough money is on its way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

UNCONFIRMED_MAX: Final = timedelta(hours=24)
"""How long deposits that are not final may stop the deadline of one invoice."""


class Cover(StrEnum):
    """By what an amount due is covered; ``final`` waits for our own second provider only."""

    NOTHING = "nothing"
    BALANCE = "balance"
    FINAL = "final"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Funds:
    """A user's money, in micro-USDT. In flight are deposits of at least the network's minimum."""

    available: int = 0
    reserved: int = 0
    final: int = 0
    unconfirmed: int = 0

    def cover(self, due: int) -> Cover:
        """By what ``due`` is covered."""
        if self.available >= due:
            return Cover.BALANCE
        if self.available + self.final >= due:
            return Cover.FINAL
        if self.available + self.final + self.unconfirmed >= due:
            return Cover.UNCONFIRMED
        return Cover.NOTHING

    @property
    def in_flight(self) -> Cover:
        """By which deposits an unpaid first invoice is kept, whatever their amount."""
        if self.final:
            return Cover.FINAL
        return Cover.UNCONFIRMED if self.unconfirmed else Cover.NOTHING

    def missing(self, due: int) -> int:
        """What must still be paid in."""
        return max(due - self.available - self.final - self.unconfirmed, 0)


NO_FUNDS: Final = Funds()


@dataclass(frozen=True, slots=True)
class PaymentDeadline:
    """``at`` is when the time to pay is over; every pause moves it on.

    ``length`` is the time to pay without pauses. ``paused_since`` is the moment up to which the
    present pause is contained in ``at``. ``unconfirmed_left`` is the rest of UNCONFIRMED_MAX.
    """

    at: datetime
    length: timedelta
    paused_since: datetime | None = None
    paused_by: Cover = Cover.NOTHING
    unconfirmed_left: timedelta = UNCONFIRMED_MAX

    @classmethod
    def begin(cls, now: datetime, length: timedelta) -> "PaymentDeadline":
        """The deadline of an invoice that could not be charged at ``now``."""
        return cls(now + length, length)

    def observe(self, cover: Cover, now: datetime) -> "PaymentDeadline":
        """The deadline after billing found ``cover`` at ``now``, which starts or ends a pause."""
        extended = self._extended(now)
        is_paused = cover is Cover.FINAL or (
            cover is Cover.UNCONFIRMED and extended.unconfirmed_left > timedelta(0)
        )
        if is_paused:
            return replace(extended, paused_since=now, paused_by=cover)
        return replace(extended, paused_since=None, paused_by=Cover.NOTHING)

    def is_over(self, now: datetime) -> bool:
        """Whether the time to pay is over; never during a pause."""
        return self.paused_since is None and now >= self.at

    def elapsed(self, now: datetime) -> timedelta:
        """How much of the time to pay has passed, without pauses; reminders depend on it."""
        return self.length - (self._extended(now).at - now)

    def _extended(self, now: datetime) -> "PaymentDeadline":
        if self.paused_since is None or now <= self.paused_since:
            return self
        passed = now - self.paused_since
        if self.paused_by is Cover.UNCONFIRMED:
            passed = min(passed, self.unconfirmed_left)
            left = self.unconfirmed_left - passed
            return replace(self, at=self.at + passed, paused_since=now, unconfirmed_left=left)
        return replace(self, at=self.at + passed, paused_since=now)
