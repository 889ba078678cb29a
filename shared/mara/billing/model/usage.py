"""The one decision on whether something may be used."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mara.billing.model.counter import PERIODIC, Counter, ReservedItem, overage_of, reserve
from mara.billing.model.entitlement import RUNNING, Entitlement
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.usage_refusals import feature_missing, limit_reached


@dataclass(frozen=True, slots=True)
class Grant:
    """``hold`` is what to hold for overage; ``counters`` are those that change."""

    items: tuple[ReservedItem, ...]
    counters: tuple[Counter, ...]

    @property
    def hold(self) -> int:
        """Micro-USDT."""
        return sum(item.cost for item in self.items)


def check_feature(entitlement: Entitlement, feature: Feature) -> None:
    """Raises NotInPlan unless the plan contains the feature."""
    if feature not in entitlement.version.terms.features:
        raise feature_missing(entitlement, feature)


def decide(
    entitlement: Entitlement, counters: Iterable[Counter], quantities: Mapping[Meter, int]
) -> Grant:
    """Grant all ``quantities``: from the allowances first, the rest as overage.

    ``counters`` are all of the entitlement's usage periods. Raises UsageLimitReached.
    """
    known = tuple(counters)
    items = [
        item
        for meter in PERIODIC
        if quantities.get(meter)
        for item in _take(entitlement, _pots(entitlement, known, meter), quantities[meter])
    ]
    by_id = {counter.id: counter for counter in known}
    changed = tuple(reserve(by_id[item.counter_id], item) for item in items)
    grant = Grant(tuple(items), changed)
    spent = overage_of(known)
    if grant.hold and spent + grant.hold > entitlement.overage_limit:
        dear = next(item for item in items if item.cost)
        raise limit_reached(
            entitlement,
            by_id[dear.counter_id],
            "overage_limit",
            requested=quantities[dear.meter],
            overage=(spent, grant.hold),
        )
    return grant


def _pots(
    entitlement: Entitlement, counters: Iterable[Counter], meter: Meter
) -> list[tuple[Counter, int | None]]:
    """The counters of a meter with how much of each may be used, in the order of use."""
    of_meter = [counter for counter in counters if counter.meter is meter]
    return [
        (counter, counter.limit_of(source))
        for source in entitlement.sources
        for counter in of_meter
        if counter.is_of(source)
    ]


def _take(
    entitlement: Entitlement, pots: Sequence[tuple[Counter, int | None]], quantity: int
) -> list[ReservedItem]:
    """Raises UsageLimitReached."""
    meter, prices = pots[-1][0].meter, entitlement.version.terms.overage_prices
    items, rest = [], quantity
    for counter, limit in pots:
        left = counter.left_of(limit)
        taken = rest if left is None else min(rest, left)
        items.append(ReservedItem(counter.id, meter, taken, price=prices.get(meter, 0)))
        rest -= taken
    if rest and (meter not in prices or entitlement.state not in RUNNING):
        raise limit_reached(entitlement, pots[-1][0], "allowance", requested=quantity)
    items[-1] = replace(items[-1], overage=rest)
    return [item for item in items if item.allowance or item.overage]
