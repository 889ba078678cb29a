"""Refusals name the cheapest plan that would allow the use; taking it does allow it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from mara.billing.errors import NotInPlan, UsageLimitReached
from mara.billing.model.entitlement import Entitlement
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.plan import Plan, PlanVersion, Visibility
from mara.billing.model.plan_advice import cheapest_plan
from mara.billing.model.subscription import State
from mara.kernel.errors import DomainError
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from tests.support.billing import NOW, USDT, allowances
from tests.support.metering import MeteringWorld, fake_metering, limited, postgres_metering

HALF = timedelta(days=14)
YEARLY = Interval(IntervalUnit.YEAR)


@pytest.fixture(params=["fake", "postgres"])
def world(request: pytest.FixtureRequest) -> MeteringWorld:
    if request.param == "fake":
        return fake_metering()
    request.getfixturevalue("database")
    return postgres_metering()


@pytest.fixture
def owner(world: MeteringWorld) -> UUID:
    """Who has used all answers of the plan, at the start of the period."""
    owner_id = world.subscriber(limited("advised"))
    world.use(owner_id, "first", answers=10)
    return owner_id


def plan_of(version: PlanVersion, visibility: Visibility = Visibility.PUBLIC) -> Plan:
    names = dict.fromkeys(("ru", "en"), version.code)
    return Plan(version.plan_id, version.code, names, visibility, False, version)


def sell(
    world: MeteringWorld,
    code: str,
    *,
    price: int,
    visibility: Visibility = Visibility.PUBLIC,
    **terms: Any,
) -> PlanVersion:
    """A plan without overage; its allowances are those of ``terms`` by meter."""
    other = {name: terms.pop(name) for name in ("interval", "features") if name in terms}
    version = limited(
        code, price=price * USDT, allowances=allowances(**terms), overage_prices={}, **other
    )
    with world.unit_of_work(SYSTEM):
        world.plans.add(plan_of(version, visibility))
    return version


def plans_named(refusal: DomainError) -> dict[str, str | None]:
    """The plan of each way out."""
    ways = refusal.extensions["way_out"]
    assert isinstance(ways, list)
    return {way["action"]: way.get("plan") for way in ways}


def refused(world: MeteringWorld, owner: UUID, **wanted: Any) -> dict[str, str | None]:
    with pytest.raises((UsageLimitReached, NotInPlan, InsufficientFunds)) as refusal:
        world.reserve(owner, "refused", **wanted)
    return plans_named(refusal.value)


def take(world: MeteringWorld, owner: UUID, version: PlanVersion) -> None:
    """Change to the plan within the period."""
    before = world.subscription_of(owner)
    after = replace(before, version=version)
    with world.unit_of_work(SYSTEM):
        world.usage.change_plan(before, after, world.at)
    world.store(owner, after)


class TestPlan:
    def test_is_the_cheapest_per_month_that_suffices(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        sell(world, "advice-small", price=1, answers=10)
        sell(world, "advice-month", price=20, answers=50)
        sell(world, "advice-dear", price=30)
        assert refused(world, owner, answers=1)["change_plan"] == "advice-month"
        sell(world, "advice-year", price=120, answers=50, interval=YEARLY)
        named = refused(world, owner, answers=1)
        assert named == {"wait": None, "change_plan": "advice-year", "raise_overage_limit": None}

    def test_suffices_for_all_that_was_asked_for(self, world: MeteringWorld, owner: UUID) -> None:
        sell(world, "advice-answers", price=20, answers=50, generated_tokens=10)
        sell(world, "advice-both", price=30, answers=50, generated_tokens=5000)
        assert refused(world, owner, answers=1, generated_tokens=9)["change_plan"] == (
            "advice-answers"
        )
        assert refused(world, owner, answers=1, generated_tokens=900)["change_plan"] == (
            "advice-both"
        )

    def test_adds_for_the_rest_of_the_period_alone(self, world: MeteringWorld, owner: UUID) -> None:
        too_small = sell(world, "advice-12", price=11, answers=12)
        named = sell(world, "advice-14", price=12, answers=14)
        world.at = NOW + HALF
        assert refused(world, owner, answers=2)["change_plan"] == "advice-14"
        take(world, owner, too_small)
        assert refused(world, owner, answers=2)["change_plan"] == "advice-14"
        take(world, owner, named)
        world.use(owner, "second", answers=2)

    def test_is_none_where_none_is_sold_that_suffices(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        sell(world, "advice-small", price=1, answers=10)
        sell(world, "advice-old", price=20, visibility=Visibility.ARCHIVED)
        sell(world, "advice-hidden", price=20, visibility=Visibility.HIDDEN)
        assert set(refused(world, owner, answers=1).values()) == {None}

    def test_has_the_feature(self, world: MeteringWorld, owner: UUID) -> None:
        sell(world, "advice-plain", price=1)
        sell(world, "advice-hooks", price=20, features=frozenset({Feature.WEBHOOKS}))
        wanted = {"feature": Feature.WEBHOOKS, "pages": 1}
        assert refused(world, owner, **wanted) == {"change_plan": "advice-hooks"}
        with pytest.raises(NotInPlan) as refusal:
            world.metering.check(owner, Feature.WEBHOOKS)
        assert plans_named(refusal.value) == {"change_plan": "advice-hooks"}

    def test_holds_the_level(self, world: MeteringWorld, owner: UUID) -> None:
        sell(world, "advice-two", price=1, agents=2)
        sell(world, "advice-three", price=2, agents=3)
        with pytest.raises(UsageLimitReached) as refusal, world.unit_of_work(owner):
            world.level_service.take_level(owner, Meter.AGENTS, 3)
        assert plans_named(refusal.value) == {"delete": None, "change_plan": "advice-three"}

    def test_is_one_to_subscribe_to_without_a_subscription(self, world: MeteringWorld) -> None:
        owner = world.make_owner(0)
        world.use(owner, "first", answers=3)
        sell(world, "advice-free", price=0, answers=3)
        sell(world, "advice-paid", price=1, answers=1)
        assert refused(world, owner, answers=1) == {"wait": None, "subscribe": "advice-free"}

    def test_is_named_beside_a_deposit_for_overage(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited("advised"), overage_limit=USDT)
        world.use(owner, "first", answers=10)
        sell(world, "advice-month", price=20, answers=50)
        named = refused(world, owner, answers=1)
        assert named == {"wait": None, "deposit": None, "change_plan": "advice-month"}


def test_no_plan_is_named_before_the_open_invoice_is_paid() -> None:
    version = limited("advised")
    overdue = Entitlement(version, (), state=State.PAST_DUE)
    plans = [plan_of(limited("advice-month"))]
    assert cheapest_plan(plans, overdue, lambda _: True) is None
    active = replace(overdue, state=State.ACTIVE)
    assert cheapest_plan(plans, active, lambda _: True) == "advice-month"
    assert cheapest_plan([plan_of(version)], active, lambda _: True) is None
