"""What a user has used, against what the plan allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.billing.model.counter import PERIODIC, Counter, overage_of
from mara.billing.model.entitlement import Entitlement, entitlement_of
from mara.billing.model.levels import units_of
from mara.billing.model.meters import LEVELS, Meter
from mara.billing.model.periods import Period, ceil_div
from mara.billing.ports import UsageHolders, UsageLevels
from mara.billing.service.usage_book import UsageBook
from mara.kernel.clock import Clock
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MeterUse:
    """The use of a meter; ``included`` is None without a limit, ``price`` None without overage.

    ``price`` buys ``meter.unit`` units, ``charged`` is what overage cost so far, both in
    micro-USDT. ``stored_mb`` is rounded up to whole megabytes.
    """

    meter: Meter
    included: int | None
    used: int
    reserved: int = 0
    overage: int = 0
    charged: int = 0
    price: int | None = None


@dataclass(frozen=True, slots=True)
class UsageOverview:
    """``overage_spent`` is charged or held; it may reach ``overage_limit``, in micro-USDT."""

    plan: str
    period: Period
    meters: tuple[MeterUse, ...]
    overage_limit: int
    overage_spent: int

    @property
    def used_up(self) -> Sequence[Meter]:
        """The meters of the period of which nothing is left, and nothing more is sold."""
        may_buy = self.overage_spent < self.overage_limit
        return [
            use.meter
            for use in self.meters
            if use.meter in PERIODIC
            and use.included is not None
            and use.used + use.reserved >= use.included
            and not (use.price is not None and may_buy)
        ]


@dataclass(frozen=True, slots=True)
class UsageOverviewService:
    """Answers what ``GET /usage/my`` shows."""

    holders: UsageHolders
    book: UsageBook
    levels: UsageLevels
    unit_of_work: UnitOfWork
    now: Clock

    def get(self, caller: Principal) -> UsageOverview:
        """The caller's use in the present usage period."""
        with self.unit_of_work(caller.user_id):
            holder = self.holders.get(caller.user_id, self.now())
            entitlement = entitlement_of(holder)
            counters = self.book.read(caller.user_id, entitlement.sources, holder.now)
            levels = self.levels.read(caller.user_id)
        terms = entitlement.version.terms
        in_period = [_periodic(entitlement, counters, meter) for meter in PERIODIC]
        present = [
            MeterUse(
                meter, terms.allowances[meter], ceil_div(levels.get(meter, 0), units_of(meter, 1))
            )
            for meter in Meter
            if meter in LEVELS
        ]
        return UsageOverview(
            plan=entitlement.version.code,
            period=entitlement.sources[0].period,
            meters=(*in_period, *present),
            overage_limit=entitlement.overage_limit,
            overage_spent=overage_of(counters),
        )


def _periodic(entitlement: Entitlement, counters: Sequence[Counter], meter: Meter) -> MeterUse:
    """The use of a meter in all usage periods of the entitlement together."""
    pots = [
        (source, counter)
        for source in entitlement.sources
        for counter in counters
        if counter.meter is meter and counter.is_of(source)
    ]
    limits = [counter.limit_of(source) for source, counter in pots]
    limited = [limit for limit in limits if limit is not None]
    return MeterUse(
        meter,
        sum(limited) if len(limited) == len(limits) else None,
        used=sum(one.used for _, one in pots),
        reserved=sum(one.reserved + one.overage_reserved for _, one in pots),
        overage=sum(one.overage for _, one in pots),
        charged=sum(one.charged for _, one in pots),
        price=entitlement.version.terms.overage_prices.get(meter),
    )
