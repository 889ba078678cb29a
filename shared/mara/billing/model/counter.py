"""Counters of use: one per meter and usage period."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Final
from uuid import UUID

from mara.billing.model.entitlement import Source
from mara.billing.model.meters import Meter, overage_price
from mara.billing.model.periods import Period, ceil_div
from mara.billing.model.plan import PERCENT_MAX, PlanTerms, PlanVersion
from mara.billing.model.proration import blended_allowance

PERIODIC: Final = tuple(meter for meter in Meter if not meter.is_level)
"""The meters that are counted per usage period, in the order of their locks."""
MILLION: Final = 1_000_000
THRESHOLDS: Final = (100, 80)
"""Percentages of an allowance that users are told about."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The use of one meter in one usage period; money is micro-USDT.

    ``used`` and ``reserved`` are units of the allowance, ``overage`` and ``overage_reserved`` units
    above it. ``held`` and ``charged`` are what those cost. ``included`` is None for no limit.
    ``notified`` is the highest threshold that was published. ``is_unpaid`` is whether the counter
    was made before its period was charged. ``invoice_id`` is the invoice that lists the overage.
    ``rounded_up`` is what rounding has added to the allowance, in millionths of a unit: without it,
    each of many changes of plan would add to the allowance. ``is_free`` is whether a subscription
    had a plan of price 0 in the period at any time.
    """

    id: UUID
    owner_id: UUID
    subscription_id: UUID | None
    version_id: UUID
    period: Period
    meter: Meter
    included: int | None
    used: int = 0
    reserved: int = 0
    overage: int = 0
    overage_reserved: int = 0
    charged: int = 0
    held: int = 0
    notified: int = 0
    is_unpaid: bool = False
    invoice_id: UUID | None = None
    rounded_up: int = 0
    is_free: bool = False

    def with_allowance(self, exact: Fraction | None, version: PlanVersion) -> "Counter":
        """The counter after a change to ``version``, with ``exact`` rounded up to units."""
        included = None if exact is None else ceil(exact)
        rounded_up = 0 if exact is None else ceil((ceil(exact) - exact) * MILLION)
        return replace(
            self,
            included=included,
            rounded_up=rounded_up,
            version_id=version.id,
            is_free=self.is_free or version.terms.is_free,
        )

    @property
    def taken(self) -> int:
        """Units of the allowance that are used or reserved."""
        return self.used + self.reserved

    @property
    def exact_allowance(self) -> Fraction | None:
        """The allowance before it was rounded up; None without a limit."""
        if self.included is None:
            return None
        return self.included - Fraction(self.rounded_up, MILLION)

    def left(self) -> int | None:
        """Units of the allowance that are neither used nor reserved; None without a limit."""
        return self.left_of(self.included)

    def left_of(self, limit: int | None) -> int | None:
        """Units up to ``limit`` that are neither used nor reserved; None without a limit."""
        return None if limit is None else max(limit - self.used - self.reserved, 0)

    def limit_of(self, source: Source) -> int | None:
        """How many units of the allowance may be used; None without a limit."""
        bound = source.bounded_by.terms.allowances[self.meter] if source.bounded_by else None
        limits = [
            ceil_div(units * source.percent, PERCENT_MAX)
            for units in (self.included, bound)
            if units is not None
        ]
        return min(limits, default=None)

    def is_of(self, source: Source) -> bool:
        """Whether it counts the use of ``source``."""
        starts = (self.subscription_id, self.period.start)
        return starts == (source.subscription_id, source.period.start)


@dataclass(frozen=True, slots=True)
class ReservedItem:
    """Units that are reserved on one counter; ``price`` buys one ``meter.unit`` of overage."""

    counter_id: UUID
    meter: Meter
    allowance: int
    overage: int = 0
    price: int = 0

    @property
    def cost(self) -> int:
        """What the overage costs, in micro-USDT."""
        return overage_price(self.meter, self.overage, self.price)


def fresh(source: Source, meter: Meter, *, id_: UUID, owner_id: UUID) -> Counter:
    """The counter of ``meter`` before the first use in the usage period of ``source``."""
    return Counter(
        id=id_,
        owner_id=owner_id,
        subscription_id=source.subscription_id,
        version_id=source.version.id,
        period=source.period,
        meter=meter,
        included=source.version.terms.allowances[meter],
        is_unpaid=source.is_unpaid,
        is_free=source.is_free,
    )


def allowance_after_change(
    counter: Counter, before: PlanTerms, after: PlanTerms, at: datetime
) -> Fraction | None:
    """The exact allowance of the counter after a change of plan at ``at``; None without a limit."""
    return blended_allowance(
        counter.exact_allowance,
        before.allowances[counter.meter],
        after.allowances[counter.meter],
        used=counter.taken,
        share=Fraction(counter.period.remaining(at), counter.period.length),
    )


def with_earlier_use(counter: Counter, earlier: Iterable[Counter]) -> Counter:
    """The fresh counter of a plan of price 0 with the use of ``earlier`` ones.

    Their usage periods are not over, so that a new one must not give the allowance again. Each of
    them contains the use of those before it. It may be more than is included: a smaller plan in
    between must not hide it from the next one.
    """
    units = (one.taken for one in earlier if one.meter is counter.meter)
    return replace(counter, used=max(units, default=0))


def reserve(counter: Counter, item: ReservedItem) -> Counter:
    """The counter after ``item`` was reserved on it."""
    return replace(
        counter,
        reserved=counter.reserved + item.allowance,
        overage_reserved=counter.overage_reserved + item.overage,
        held=counter.held + item.cost,
    )


def give_back(counter: Counter, item: ReservedItem) -> Counter:
    """The counter without what ``item`` has reserved on it."""
    return replace(
        counter,
        reserved=counter.reserved - item.allowance,
        overage_reserved=counter.overage_reserved - item.overage,
        held=counter.held - item.cost,
    )


def use(counter: Counter, units: int, *, overage: int = 0, cost: int = 0) -> Counter:
    """The counter after ``units`` of the allowance and ``overage`` above it were used."""
    return replace(
        counter,
        used=counter.used + units,
        overage=counter.overage + overage,
        charged=counter.charged + cost,
    )


def overage_of(counters: Iterable[Counter]) -> int:
    """What overage costs so far, charged or held, in micro-USDT."""
    return sum(counter.charged + counter.held for counter in counters)


def threshold_reached(counter: Counter) -> int | None:
    """The highest threshold that is reached and was not published; None without a limit."""
    if not counter.included:
        return None
    percent = counter.used * PERCENT_MAX // counter.included
    return next((one for one in THRESHOLDS if percent >= one > counter.notified), None)
