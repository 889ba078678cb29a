"""Refusals of use: each carries its rule, its figures and the ways out."""

from mara.billing.errors import UsageLimitReached
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import RUNNING, Entitlement
from mara.billing.model.meters import Meter
from mara.billing.model.subscription import State
from mara.kernel.money import format_usdt
from mara.ledger.errors import InsufficientFunds


def ways_out(entitlement: Entitlement) -> list[str]:
    """What the user can do, besides waiting for the next usage period."""
    match entitlement.state:
        case None:
            return ["subscribe"]
        case State.PAST_DUE:
            return ["pay", "change_plan"]
        case _:
            return ["change_plan"]


def limit_reached(
    entitlement: Entitlement,
    counter: Counter,
    rule: str,
    *,
    requested: int,
    overage: tuple[int, int] = (0, 0),
) -> UsageLimitReached:
    """The refusal of ``requested`` units by ``rule``: ``allowance`` or ``overage_limit``.

    ``overage`` is what it costs so far, and what this would add, in micro-USDT.
    """
    ways = ["wait", *ways_out(entitlement)]
    figures: dict[str, object] = {}
    price = entitlement.version.terms.overage_prices.get(counter.meter)
    if price is not None and entitlement.state in RUNNING:
        figures = {
            "overage_price": format_usdt(price),
            "overage_unit": counter.meter.unit,
            "overage_limit": format_usdt(entitlement.overage_limit),
            "overage_spent": format_usdt(overage[0]),
            "overage_cost": format_usdt(overage[1]),
        }
        ways.append("raise_overage_limit")
    return UsageLimitReached(
        f"The plan {entitlement.version.code} has no {requested} {counter.meter} left.",
        rule=rule,
        meter=counter.meter,
        requested=requested,
        included=counter.included,
        used=counter.used,
        reserved=counter.reserved,
        resets_at=counter.period.end.isoformat(),
        plan=entitlement.version.code,
        ways=ways,
        **figures,
    )


def level_reached(
    entitlement: Entitlement, meter: Meter, *, included: int, level: int, requested: int
) -> UsageLimitReached:
    """The refusal to create something, because the level of ``meter`` would exceed the plan's."""
    return UsageLimitReached(
        f"The plan {entitlement.version.code} includes {included} {meter}.",
        rule="level",
        meter=meter,
        requested=requested,
        included=included,
        used=level,
        plan=entitlement.version.code,
        ways=["delete", *ways_out(entitlement)],
    )


def funds_short(entitlement: Entitlement, cost: int, available: int) -> InsufficientFunds:
    """The refusal of overage that the balance does not cover.

    The ledger's error, because its code ``insufficient_funds`` is the published one; the routes add
    where to pay.
    """
    return InsufficientFunds(
        "Overage is paid from the balance.",
        rule="overage",
        plan=entitlement.version.code,
        cost=format_usdt(cost),
        available=format_usdt(available),
        missing=format_usdt(max(cost - available, 0)),
        ways=["wait", "deposit", *ways_out(entitlement)],
    )
