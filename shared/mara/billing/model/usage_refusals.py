"""Refusals of use: each carries its rule, its figures and the ways out.

``rule`` is an object with the rule's ``name`` and its figures; ``way_out`` is a list of objects
with an ``action``, and the code of a ``plan`` that would allow the use, where one does.
"""

from collections.abc import Sequence

from mara.billing.errors import NotInPlan, UsageLimitReached
from mara.billing.model.counter import Counter
from mara.billing.model.entitlement import RUNNING, Entitlement
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.subscription import State
from mara.kernel.errors import DomainError
from mara.kernel.money import format_usdt
from mara.ledger.errors import InsufficientFunds

CHOOSE_A_PLAN = ("subscribe", "change_plan")


def limit_reached(
    entitlement: Entitlement,
    counter: Counter,
    name: str,
    *,
    requested: int,
    overage: tuple[int, int] = (0, 0),
) -> UsageLimitReached:
    """The refusal of ``requested`` units by the rule ``name``: ``allowance`` or ``overage_limit``.

    ``overage`` is what it costs so far, and what this would add, in micro-USDT.
    """
    actions = ["wait", *_changes(entitlement)]
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
        actions.append("raise_overage_limit")
    code = entitlement.version.code
    return UsageLimitReached(
        f"The plan {code} has no {requested} {counter.meter} left.",
        rule={
            "name": name,
            "plan": code,
            "meter": counter.meter,
            "included": counter.included,
            "used": counter.used,
            "reserved": counter.reserved,
            "requested": requested,
            "resets_at": counter.period.end.isoformat(),
            **figures,
        },
        way_out=_ways(actions),
    )


def level_reached(
    entitlement: Entitlement, meter: Meter, *, level: int, requested: int
) -> UsageLimitReached:
    """The refusal to create something, because the level of ``meter`` would exceed the plan's.

    ``level`` and ``requested`` are in the unit of the plan, such as megabytes.
    """
    code = entitlement.version.code
    included = entitlement.version.terms.allowances[meter]
    return UsageLimitReached(
        f"The plan {code} includes {included} {meter}.",
        rule={
            "name": "level",
            "plan": code,
            "meter": meter,
            "included": included,
            "used": level,
            "reserved": 0,
            "requested": requested,
        },
        way_out=_ways(["delete", *_changes(entitlement)]),
    )


def feature_missing(entitlement: Entitlement, feature: Feature) -> NotInPlan:
    """The refusal of what the plan does not contain."""
    return NotInPlan(
        "Choose a plan that contains it.",
        rule={"name": "feature", "plan": entitlement.version.code, "feature": feature},
        way_out=_ways(_changes(entitlement)),
    )


def funds_short(entitlement: Entitlement, cost: int, available: int) -> InsufficientFunds:
    """The refusal of overage that the balance does not cover.

    The ledger's error, because its code ``insufficient_funds`` is the published one; the routes add
    where to pay.
    """
    missing = max(cost - available, 0)
    return InsufficientFunds(
        f"{format_usdt(missing)} USDT must arrive first; fees of an exchange come on top.",
        rule={
            "name": "overage",
            "plan": entitlement.version.code,
            "cost": format_usdt(cost),
            "available": format_usdt(available),
        },
        missing=missing,
        way_out=_ways(["wait", "deposit", *_changes(entitlement)]),
    )


def name_plan(refusal: DomainError, code: str | None) -> None:
    """Add the plan to the ways out that choose one; without a code, they stay as they are."""
    ways = refusal.extensions["way_out"]
    if code is None or not isinstance(ways, list):
        return
    refusal.extensions["way_out"] = [
        {**way, "plan": code} if way["action"] in CHOOSE_A_PLAN else way for way in ways
    ]


def _changes(entitlement: Entitlement) -> list[str]:
    """What the user can do about the plan."""
    match entitlement.state:
        case None:
            return ["subscribe"]
        case State.PAST_DUE:
            return ["pay", "change_plan"]
        case _:
            return ["change_plan"]


def _ways(actions: Sequence[str]) -> list[dict[str, str]]:
    return [{"action": action} for action in actions]
