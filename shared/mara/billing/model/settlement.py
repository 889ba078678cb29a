"""What the end of a reservation does to the counters, and what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.counter import Counter, use
from mara.billing.model.counter import give_back as give_item_back
from mara.billing.model.meters import Meter, overage_price
from mara.billing.model.reservation import Reservation

Counters = Mapping[UUID, Counter]


@dataclass(frozen=True, slots=True)
class SettledUse:
    """The counters after a settlement, and the price of its overage in micro-USDT."""

    counters: Counters
    charged: int


def settle(reservation: Reservation, counters: Counters, used: Mapping[Meter, int]) -> SettledUse:
    """Settle an open reservation: from what the allowance has left, then from the hold.

    More than was reserved counts as reserved.
    """
    after, rest, charged = dict(counters), _bounded(reservation, used), 0
    for item in reservation.items:
        freed = give_item_back(after[item.counter_id], item)
        left = freed.left()
        spared = rest[item.meter] if left is None else max(item.allowance, left)
        units = min(spared, rest[item.meter])
        over = min(rest[item.meter] - units, item.overage)
        rest[item.meter] -= units + over
        cost = overage_price(item.meter, over, item.price)
        charged += cost
        after[item.counter_id] = use(freed, units, overage=over, cost=cost)
    return SettledUse(after, charged)


def settle_late(
    reservation: Reservation, counters: Counters, used: Mapping[Meter, int], *, budget: int
) -> SettledUse:
    """Settle a reservation that has expired: from the allowance if some is left, else charged.

    ``budget`` is the most that it may cost; if it would cost more, the rest costs nothing. So does
    the overage of a usage period whose invoice was issued.
    """
    after, rest = dict(counters), _bounded(reservation, used)
    for item in reservation.items:
        left = after[item.counter_id].left()
        units = rest[item.meter] if left is None else min(left, rest[item.meter])
        rest[item.meter] -= units
        after[item.counter_id] = use(after[item.counter_id], units)
    sold = {item.meter: item for item in reservation.items if item.price}
    costs = {
        item.counter_id: (rest[meter], overage_price(meter, rest[meter], item.price))
        for meter, item in sold.items()
        if after[item.counter_id].invoice_id is None
    }
    charged = sum(cost for _, cost in costs.values())
    if charged > budget:
        return SettledUse(after, 0)
    for counter_id, (units, cost) in costs.items():
        after[counter_id] = use(after[counter_id], 0, overage=units, cost=cost)
    return SettledUse(after, charged)


def give_back(reservation: Reservation, counters: Counters) -> Counters:
    """The counters without what the reservation has reserved."""
    after = dict(counters)
    for item in reservation.items:
        after[item.counter_id] = give_item_back(after[item.counter_id], item)
    return after


def _bounded(reservation: Reservation, used: Mapping[Meter, int]) -> dict[Meter, int]:
    if any(units < 0 for units in used.values()):
        raise ValueError("units must not be negative")
    return reservation.counted(used)
