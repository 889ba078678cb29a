"""Proration: what a change of plan costs, and what a cancellation gives back.

Amounts are micro-USDT and times microseconds, both integers: their products exceed 63 bits.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from mara.billing.errors import OnlyAtPeriodEnd
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanTerms


@dataclass(frozen=True, slots=True)
class UsedAllowance:
    """A limited allowance of the usage period; ``taken`` is used or reserved."""

    included: int
    taken: int

    @property
    def share_left(self) -> Fraction:
        """From 0 to 1."""
        return Fraction(max(self.included - self.taken, 0), self.included)


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """A billing period that was charged; ``paid`` is net of its credit notes."""

    period: Period
    price: int
    paid: int

    def part(self, microseconds: int | Fraction) -> int:
        """The price of a part of the period, rounded down, at most what was paid."""
        return min(int(self.price * microseconds / Fraction(self.period.length)), self.paid)


@dataclass(frozen=True, slots=True)
class ChangePrice:
    """The price of a change: ``rest`` - ``unused`` = ``total``; ``given_up`` is not given back.

    ``kept`` is the part of ``unused`` that a cancellation would not have given back. ``refundable``
    is what a cancellation after the change gives back at most; None where no period is running.
    """

    rest: int
    unused: int
    given_up: int = 0
    kept: int = 0
    refundable: int | None = None

    @property
    def total(self) -> int:
        """What is charged."""
        return self.rest - self.unused


def price_within_period(paid: PaidPeriod, terms: PlanTerms, at: datetime) -> ChangePrice:
    """The price of a change to ``terms`` of the same interval: period and anchor stay."""
    remaining = paid.period.remaining(at)
    unused = paid.part(remaining)
    rest = terms.effective_price * remaining // paid.period.length
    credited = min(unused, rest)
    return ChangePrice(rest, credited, unused - credited)


def price_of_new_period(terms: PlanTerms, gives_back: int) -> ChangePrice:
    """The price of a change to another interval, which starts a new period.

    ``gives_back`` is what a cancellation at that moment would give back. Raises OnlyAtPeriodEnd.
    """
    if gives_back > terms.effective_price:
        raise OnlyAtPeriodEnd("The unused part exceeds the new price. Change at the period's end.")
    return ChangePrice(terms.effective_price, gives_back)


def unused_on_cancellation(
    paid: PaidPeriod, usage_period: Period, allowances: Iterable[UsedAllowance], at: datetime
) -> int:
    """What a cancellation at ``at`` gives back.

    The rest of the current usage period counts at most by the least share that is left of any
    limited allowance, so that nothing is given back for what was used up. A period that is over
    gives nothing back.
    """
    if at >= paid.period.end:
        return 0
    share = min((one.share_left for one in allowances if one.included), default=Fraction(1))
    after = paid.period.remaining(usage_period.end)
    now = min(Fraction(usage_period.remaining(at)), usage_period.length * share)
    return paid.part(now + after)


def blended_allowance(
    included: Fraction | int | None, old: int | None, new: int | None, *, used: int, share: Fraction
) -> Fraction | None:
    """The allowance of a usage period after a change of plan, of which ``share`` remains.

    ``included`` is the allowance before the change: ``old``, or the result of an earlier change.
    What was ``used`` stays used. The caller rounds it up.
    """
    if new is None:
        return None
    if included is None or old is None:
        return used + new * share
    return included + Fraction((new - old) * share)
