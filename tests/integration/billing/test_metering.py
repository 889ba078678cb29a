"""Metering: the same on PostgreSQL and on the repositories in memory."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.errors import (
    NotInPlan,
    ReservationEnded,
    ReservationNotFound,
    UsageLimitReached,
)
from mara.billing.messages import InvoicePaid, UsageThresholdReached
from mara.billing.model.counter import fresh
from mara.billing.model.entitlement import Source
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.periods import Period
from mara.billing.model.reservation import ReservationState
from mara.billing.model.subscription import EndReason, State
from mara.billing.service.usage_overview import MeterUse
from mara.kernel.ids import new_id
from mara.kernel.principal import Principal, Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.errors import InsufficientFunds
from mara.ledger.model import Balance
from tests.support.billing import NOW, USDT, allowances
from tests.support.metering import (
    ANSWERS,
    PAGES,
    TOKENS,
    MeteringWorld,
    fake_metering,
    limited,
    postgres_metering,
    rule_of,
    ways_out,
)

AFTER_PERIOD = NOW + timedelta(days=28)
QUARTER = timedelta(minutes=15)


@pytest.fixture(params=["fake", "postgres"])
def world(request: pytest.FixtureRequest) -> MeteringWorld:
    if request.param == "fake":
        return fake_metering()
    request.getfixturevalue("database")
    return postgres_metering()


@pytest.fixture
def owner(world: MeteringWorld) -> UUID:
    return world.subscriber(limited(), overage_limit=1000, left=USDT)


class TestReserve:
    def test_takes_from_the_allowance(self, world: MeteringWorld, owner: UUID) -> None:
        reservation = world.reserve(owner, "a", answers=1, generated_tokens=400)
        assert reservation.quantities == {ANSWERS: 1, TOKENS: 400}
        counters = world.stored(owner)
        assert (counters[ANSWERS].reserved, counters[TOKENS].reserved) == (1, 400)
        assert counters[PAGES].reserved == 0
        assert world.balance(owner).reserved == 0

    def test_refuses_all_if_one_meter_has_too_little(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), left=USDT)
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "a", answers=1, generated_tokens=1001)
        assert rule_of(refused.value) == {
            "name": "overage_limit",
            "plan": "metered",
            "meter": TOKENS,
            "included": 1000,
            "used": 0,
            "reserved": 0,
            "requested": 1001,
            "resets_at": AFTER_PERIOD.isoformat(),
            "overage_price": "0.000007",
            "overage_unit": 1000,
            "overage_limit": "0.000000",
            "overage_spent": "0.000000",
            "overage_cost": "0.000001",
        }
        assert ways_out(refused.value) == ["wait", "change_plan", "raise_overage_limit"]
        assert world.stored(owner) == {}
        world.use(owner, "b", answers=10)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)
        assert world.stored(owner)[ANSWERS].reserved == 0

    def test_names_no_overage_where_the_plan_sells_none(self, world: MeteringWorld) -> None:
        version = limited("metered-solo", allowances=allowances(pages=5), overage_prices={})
        owner = world.subscriber(version, overage_limit=USDT)
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "a", pages=6)
        assert rule_of(refused.value)["name"] == "allowance"
        assert ways_out(refused.value) == ["wait", "change_plan"]

    def test_holds_the_price_of_what_is_above_the_allowance(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "a", answers=8)
        reservation = world.reserve(owner, "b", answers=5, generated_tokens=1001)
        assert reservation.hold is not None
        assert reservation.hold.amount == 301
        assert world.balance(owner) == Balance(available=USDT - 301, reserved=301)

    def test_stops_at_the_limit_of_overage(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=10)
        world.use(owner, "b", answers=6)
        world.reserve(owner, "c", answers=4)
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "d", answers=1)
        assert rule_of(refused.value)["overage_spent"] == "0.001000"
        assert world.balance(owner) == Balance(available=USDT - 1000, reserved=400)

    def test_counts_the_overage_of_all_meters_against_the_limit(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "a", generated_tokens=1000)
        world.use(owner, "b", generated_tokens=1000, answers=10)
        world.use(owner, "c", answers=9)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "d", answers=1)

    def test_of_overage_needs_the_money(self, world: MeteringWorld) -> None:
        owner = world.subscriber(limited(), overage_limit=USDT, left=150)
        world.use(owner, "a", answers=10)
        with pytest.raises(InsufficientFunds) as refused:
            world.reserve(owner, "b", answers=2)
        assert refused.value.missing == 50
        assert ways_out(refused.value) == ["wait", "deposit", "change_plan"]
        assert world.stored(owner)[ANSWERS].overage_reserved == 0
        assert world.reserve(owner, "b", answers=1).hold is not None

    def test_without_a_limit_counts_only(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", pages=10**9)
        assert world.stored(owner)[PAGES].used == 10**9

    def test_of_the_same_key_is_one_reservation(self, world: MeteringWorld, owner: UUID) -> None:
        first = world.reserve(owner, "a", answers=1)
        assert world.reserve(owner, "a", answers=1) == first
        assert world.stored(owner)[ANSWERS].reserved == 1
        other = world.subscriber(limited())
        assert world.reserve(other, "a", answers=1).id != first.id

    @pytest.mark.parametrize("end", ["settle", "release", "expire"])
    def test_of_an_ended_key_is_refused(self, world: MeteringWorld, owner: UUID, end: str) -> None:
        world.reserve(owner, "a", answers=1)
        end_by(world, owner, end)
        with pytest.raises(ReservationEnded):
            world.reserve(owner, "a", answers=1)

    def test_needs_the_feature(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", feature=Feature.GENERATED_ANSWERS, answers=1)
        with pytest.raises(NotInPlan) as refused:
            world.reserve(owner, "b", feature=Feature.WEBHOOKS, answers=1)
        assert rule_of(refused.value) == {
            "name": "feature",
            "plan": "metered",
            "feature": Feature.WEBHOOKS,
        }
        assert ways_out(refused.value) == ["change_plan"]
        world.metering.check(owner, Feature.GENERATED_ANSWERS)
        with pytest.raises(NotInPlan):
            world.metering.check(owner, Feature.WEBHOOKS)


def end_by(world: MeteringWorld, owner: UUID, end: str) -> None:
    if end == "settle":
        world.settle(owner, "a", answers=1)
    elif end == "release":
        world.metering.release(owner, "a")
    else:
        world.at += QUARTER
        assert world.expire() == 1


class TestDefaultPlan:
    def test_gives_its_allowance_month_by_month_from_the_creation_of_the_account(
        self, world: MeteringWorld
    ) -> None:
        owner = world.make_owner(USDT)
        world.use(owner, "a", answers=3)
        with pytest.raises(UsageLimitReached) as refused:
            world.reserve(owner, "b", answers=1)
        assert ways_out(refused.value) == ["wait", "subscribe"]
        world.at = AFTER_PERIOD - timedelta(seconds=1)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "b", answers=1)
        world.at = AFTER_PERIOD
        world.use(owner, "b", answers=3)

    def test_is_not_refilled_by_a_subscription_that_ends(self, world: MeteringWorld) -> None:
        owner = world.make_owner(10 * USDT)
        world.use(owner, "a", answers=3)
        world.subscribe(owner, limited())
        world.use(owner, "b", answers=1)
        ended = world.subscription_of(owner)
        world.store(owner, replace(ended, state=State.ENDED, end_reason=EndReason.CANCELLED))
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "c", answers=1)


class TestSettle:
    def test_gives_back_what_was_not_used(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", answers=1, generated_tokens=900)
        settled = world.settle(owner, "a", answers=1, generated_tokens=300)
        assert (settled.state, settled.charged) == (ReservationState.SETTLED, 0)
        counters = world.stored(owner)
        assert (counters[TOKENS].used, counters[TOKENS].reserved) == (300, 0)
        assert (counters[ANSWERS].used, counters[ANSWERS].reserved) == (1, 0)

    def test_charges_overage_rounded_up_once(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", generated_tokens=1000)
        world.reserve(owner, "b", generated_tokens=3000)
        settled = world.settle(owner, "b", generated_tokens=1500)
        assert settled.charged == 11
        assert world.balance(owner) == Balance(available=USDT - 11)
        counter = world.stored(owner)[TOKENS]
        assert (counter.used, counter.overage, counter.charged) == (1000, 1500, 11)

    def test_takes_what_others_gave_back_of_the_allowance_first(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.reserve(owner, "a", answers=10)
        world.reserve(owner, "b", answers=5)
        world.settle(owner, "a", answers=7)
        assert world.settle(owner, "b", answers=5).charged == 200
        counter = world.stored(owner)[ANSWERS]
        assert (counter.used, counter.overage) == (10, 2)

    def test_of_more_than_was_reserved_counts_as_reserved_with_an_alarm(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.reserve(owner, "a", generated_tokens=100)
        world.settle(owner, "a", generated_tokens=150, pages=2)
        assert world.stored(owner)[TOKENS].used == 100
        assert world.stored(owner)[PAGES].used == 0
        assert world.alarms.excess == [{TOKENS: 50, PAGES: 2}]

    def test_twice_changes_nothing(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=10)
        world.reserve(owner, "b", answers=2)
        first = world.settle(owner, "b", answers=2)
        assert world.settle(owner, "b", answers=1) == first
        assert world.balance(owner) == Balance(available=USDT - 200)

    def test_is_part_of_the_callers_transaction(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=10)
        world.reserve(owner, "b", answers=1)

        def fail_after_settling() -> None:
            with world.unit_of_work(owner):
                world.metering.settle(owner, "b", {ANSWERS: 1})
                raise RuntimeError("the answer is not stored")

        with pytest.raises(RuntimeError):
            fail_after_settling()
        assert world.stored(owner)[ANSWERS].overage_reserved == 1
        assert world.balance(owner).reserved == 100

    def test_needs_a_reservation_that_was_not_released(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        with pytest.raises(ReservationNotFound):
            world.settle(owner, "a", answers=1)
        world.reserve(owner, "a", answers=1)
        with pytest.raises(ReservationNotFound):
            world.settle(world.subscriber(limited()), "a", answers=1)
        world.metering.release(owner, "a")
        with pytest.raises(ReservationEnded):
            world.settle(owner, "a", answers=1)

    def test_tells_each_threshold_once(self, world: MeteringWorld, owner: UUID) -> None:
        for number in range(12):
            world.use(owner, f"a{number}", answers=1)
        told = [one for one in world.messages if isinstance(one, UsageThresholdReached)]
        assert [(one.meter, one.percent, one.period_start) for one in told] == [
            (ANSWERS, 80, NOW),
            (ANSWERS, 100, NOW),
        ]

    def test_tells_only_the_highest_threshold_of_one_step(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "a", generated_tokens=1000)
        assert [one.percent for one in world.messages
                if isinstance(one, UsageThresholdReached)] == [100]  # fmt: skip


class TestRelease:
    def test_gives_everything_back(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", answers=12)
        world.metering.release(owner, "a")
        world.metering.release(owner, "a")
        counter = world.stored(owner)[ANSWERS]
        assert (counter.used, counter.reserved, counter.overage_reserved, counter.held) == (
            0, 0, 0, 0,
        )  # fmt: skip
        assert world.balance(owner) == Balance(available=USDT)

    def test_after_a_settlement_changes_nothing(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=12)
        world.metering.release(owner, "a")
        assert world.balance(owner) == Balance(available=USDT - 200)

    def test_after_the_hold_expired_by_itself(self, world: MeteringWorld, owner: UUID) -> None:
        world.reserve(owner, "a", answers=12)
        world.at += QUARTER + timedelta(hours=1)
        assert world.expire_holds() == 1
        world.metering.release(owner, "a")
        assert world.stored(owner)[ANSWERS].reserved == 0
        assert world.balance(owner) == Balance(available=USDT)


class TestExpiry:
    def test_ends_reservations_and_holds_in_batches(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        for number in range(5):
            world.reserve(owner, f"a{number}", answers=3)
        world.reserve(owner, "long", lasts=timedelta(hours=2), answers=1)
        world.at += QUARTER - timedelta(microseconds=1)
        assert world.expire() == 0
        world.at += timedelta(microseconds=1)
        assert world.expire() == 5
        assert world.expire() == 0
        counter = world.stored(owner)[ANSWERS]
        assert (counter.reserved, counter.overage_reserved) == (0, 1)
        assert world.balance(owner) == Balance(available=USDT - 100, reserved=100)

    def test_is_no_error_after_the_hold_expired_by_itself(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.reserve(owner, "a", answers=12)
        world.at += QUARTER + timedelta(hours=1)
        assert world.expire_holds() == 1
        assert world.expire() == 1
        assert world.stored(owner)[ANSWERS].held == 0

    def test_late_settlement_takes_from_the_allowance(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        expire(world, owner, answers=4)
        assert world.settle(owner, "late", answers=4).charged == 0
        assert world.stored(owner)[ANSWERS].used == 4
        assert world.settle(owner, "late", answers=4).charged == 0
        assert world.stored(owner)[ANSWERS].used == 4

    def test_late_settlement_is_charged_where_no_allowance_is_left(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        expire(world, owner, answers=4)
        world.use(owner, "b", answers=9)
        assert world.settle(owner, "late", answers=4).charged == 300
        assert world.balance(owner) == Balance(available=USDT - 300)
        counter = world.stored(owner)[ANSWERS]
        assert (counter.used, counter.overage, counter.charged) == (10, 3, 300)

    def test_late_settlement_costs_nothing_above_the_limit(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        expire(world, owner, answers=4)
        world.use(owner, "b", answers=18)
        assert world.settle(owner, "late", answers=4).charged == 0
        assert world.balance(owner) == Balance(available=USDT - 800)

    def test_late_settlement_costs_nothing_where_the_balance_is_too_low(
        self, world: MeteringWorld
    ) -> None:
        owner = world.subscriber(limited(), overage_limit=USDT, left=99)
        expire(world, owner, answers=1)
        world.use(owner, "b", answers=10)
        assert world.settle(owner, "late", answers=1).charged == 0
        assert world.balance(owner) == Balance(available=99)

    def test_settlement_after_the_hold_expired_by_itself_is_late(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.reserve(owner, "a", answers=12)
        world.at += QUARTER + timedelta(hours=1)
        world.expire_holds()
        assert world.settle(owner, "a", answers=12).charged == 200
        assert world.balance(owner) == Balance(available=USDT - 200)


def expire(world: MeteringWorld, owner: UUID, *, answers: int) -> None:
    world.reserve(owner, "late", answers=answers)
    world.at += QUARTER
    assert world.expire() == 1


class TestUsagePeriods:
    def test_keep_the_reservations_made_in_them(self, world: MeteringWorld, owner: UUID) -> None:
        world.at = AFTER_PERIOD - timedelta(minutes=1)
        world.reserve(owner, "a", answers=12)
        renew(world, owner)
        world.at = AFTER_PERIOD + timedelta(minutes=1)
        world.reserve(owner, "b", answers=2)
        assert world.close_usage_periods() == 0
        assert world.settle(owner, "a", answers=12).charged == 200
        before, after = world.stored(owner), world.stored(owner, AFTER_PERIOD)
        assert (before[ANSWERS].used, before[ANSWERS].overage) == (10, 2)
        assert (after[ANSWERS].used, after[ANSWERS].reserved) == (0, 2)

    def test_end_with_an_invoice_of_their_overage(self, world: MeteringWorld, owner: UUID) -> None:
        others = [world.subscriber(limited(), overage_limit=1000, left=USDT) for _ in range(4)]
        for number, one in enumerate((owner, *others)):
            world.use(one, "a", answers=12, generated_tokens=2000 + number)
        without = world.subscriber(limited())
        world.use(without, "a", answers=1)
        world.at = AFTER_PERIOD - timedelta(microseconds=1)
        assert world.close_usage_periods() == 0
        world.at = AFTER_PERIOD
        balances = [world.balance(one) for one in others]
        assert world.close_usage_periods() == 5
        assert world.close_usage_periods() == 0
        assert [world.balance(one) for one in others] == balances
        paid = [one for one in world.messages if isinstance(one, InvoicePaid)]
        assert sorted(one.amount_micro_usdt for one in paid) == [207, 208, 208, 208, 208]

    def test_that_have_an_invoice_charge_nothing_more(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        expire(world, owner, answers=4)
        world.use(owner, "b", answers=12)
        world.at = AFTER_PERIOD
        assert world.close_usage_periods() == 1
        assert world.settle(owner, "late", answers=4).charged == 0


def renew(world: MeteringWorld, owner: UUID) -> None:
    """As a renewal does."""
    subscription = world.subscription_of(owner)
    interval, anchor = subscription.version.terms.interval, subscription.anchor
    assert anchor is not None
    world.store(owner, replace(subscription, period=interval.period(anchor, 1)))


class TestUseThatNothingWasPaidFor:
    def test_of_a_plan_of_price_zero_is_found_while_its_period_runs(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        gratis = world.subscriber(limited("metered-gratis", price=0))
        for one in (gratis, owner):
            world.use(one, "a", answers=3)
        last = AFTER_PERIOD - timedelta(microseconds=1)
        with world.unit_of_work(SYSTEM):
            found = [world.counters.read_free(gratis, at) for at in (NOW, last)]
            others = [
                world.counters.read_free(gratis, AFTER_PERIOD),
                world.counters.read_free(gratis, NOW - timedelta(microseconds=1)),
                world.counters.read_free(owner, NOW),
            ]
            since = world.usage.free_since(gratis, last)
        assert [{one.meter: one.used for one in free}[ANSWERS] for free in found] == [3, 3]
        assert (others, since) == ([[], [], []], NOW)

    def test_of_a_period_that_was_never_charged_is_found_while_it_runs(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        """As it is counted in grace."""
        source = Source(new_id(), Period(NOW, AFTER_PERIOD), limited(), 20, is_unpaid=True)
        made = fresh(source, ANSWERS, id_=new_id(), owner_id=owner)
        with world.unit_of_work(SYSTEM):
            world.counters.add([replace(made, used=2)], NOW)
            for at, used in ((NOW, [2]), (AFTER_PERIOD, [])):
                found = world.counters.lock_unpaid_at(owner, at)
                assert [one.used for one in found] == used
            assert world.counters.lock_unpaid_at(new_id(), NOW) == []


class TestChangeOfPlan:
    def test_blends_the_allowance(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=6)
        world.reserve(owner, "b", answers=3)
        shown = change_plan(world, owner, answers=30)
        counters = world.stored(owner)
        assert counters[ANSWERS].included == 20 == shown[ANSWERS]
        assert counters[TOKENS].included is None
        assert (counters[ANSWERS].used, counters[ANSWERS].reserved) == (6, 3)
        assert world.settle(owner, "b", answers=3).charged == 0
        world.use(owner, "c", answers=11)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "d", answers=1, generated_tokens=1)

    def test_before_the_first_use_blends_too(self, world: MeteringWorld, owner: UUID) -> None:
        change_plan(world, owner, answers=30)
        assert world.stored(owner)[ANSWERS].included == 20

    def test_below_what_was_used_leaves_nothing(self, world: MeteringWorld, owner: UUID) -> None:
        world.use(owner, "a", answers=9)
        change_plan(world, owner, answers=0)
        assert world.stored(owner)[ANSWERS].included == 5
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "b", answers=1)

    def test_tells_what_was_used_and_when(self, world: MeteringWorld, owner: UUID) -> None:
        subscription = world.subscription_of(owner)
        with world.unit_of_work(SYSTEM):
            world.usage.lock(subscription, world.at)
            assert world.usage.changed_at(subscription, world.at) is None
        world.at += timedelta(hours=1)
        world.use(owner, "a", answers=13)
        with world.unit_of_work(SYSTEM):
            period, used = world.usage.use_of(subscription, world.at)
            assert world.usage.changed_at(subscription, world.at) == world.at
            assert world.usage.overage_of(subscription, world.at) == 300
        assert (period.start, period.end) == (NOW, AFTER_PERIOD)
        assert sorted((one.included, one.taken) for one in used) == [(10, 10), (1000, 0)]

    def test_cancelled_now_leaves_nothing_to_reserve(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "a", answers=1)
        subscription = world.subscription_of(owner)
        with world.unit_of_work(SYSTEM):
            world.usage.close(subscription, world.at)
        with pytest.raises(UsageLimitReached):
            world.reserve(owner, "b", pages=1)


def change_plan(world: MeteringWorld, owner: UUID, *, answers: int) -> Mapping[Meter, int | None]:
    """Change at half of the period to a plan with so many answers; what the preview showed."""
    world.at = NOW + timedelta(days=14)
    version = limited("metered-other", allowances=allowances(answers=answers), overage_prices={})
    before = world.subscription_of(owner)
    after = replace(before, version=version)
    with world.unit_of_work(SYSTEM):
        shown = world.usage.allowances_after(before, after, world.at)
    with world.unit_of_work(SYSTEM):
        world.usage.change_plan(before, after, world.at)
    world.store(owner, after)
    return shown


class TestLevels:
    def test_stop_what_would_exceed_them(self, world: MeteringWorld, owner: UUID) -> None:
        service = world.level_service
        with world.unit_of_work(owner):
            service.take_level(owner, Meter.AGENTS)
            service.take_level(owner, Meter.STORED_MB, 999_999)
        with world.unit_of_work(owner):
            service.take_level(owner, Meter.AGENTS)
            service.take_level(owner, Meter.STORED_MB, 1)
        with pytest.raises(UsageLimitReached) as refused, world.unit_of_work(owner):
            service.take_level(owner, Meter.AGENTS)
        assert rule_of(refused.value)["used"] == 2
        assert ways_out(refused.value) == ["delete", "change_plan"]
        with pytest.raises(UsageLimitReached), world.unit_of_work(owner):
            service.take_level(owner, Meter.STORED_MB, 1)
        with world.unit_of_work(owner):
            service.give_level(owner, Meter.AGENTS)
            service.take_level(owner, Meter.AGENTS)
            assert service.allowed(owner, Meter.STORED_MB) == 1_000_000
            assert service.allowed(owner, Meter.BOTS) is None

    def test_that_a_recount_does_not_confirm_are_corrected_with_an_alarm(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        with world.unit_of_work(owner):
            world.level_service.take_level(owner, Meter.STORED_MB, 5)
        assert world.level_service.recount() == {"differences": 1}
        assert world.level_service.recount() == {"differences": 0}
        ((difference,), ()) = world.alarms.recounts
        assert (difference.stored, difference.counted) == (5, 0)


class TestOverview:
    def test_shows_use_allowances_prices_and_levels(
        self, world: MeteringWorld, owner: UUID
    ) -> None:
        world.use(owner, "a", answers=12)
        world.reserve(owner, "b", answers=1, generated_tokens=400)
        with world.unit_of_work(owner):
            world.level_service.take_level(owner, Meter.STORED_MB, 1)
        shown = world.overview.get(Principal(owner, Role.USER))
        assert (shown.plan, shown.overage_limit, shown.overage_spent) == ("metered", 1000, 300)
        assert (shown.period.start, shown.period.end) == (NOW, AFTER_PERIOD)
        by_meter = {one.meter: one for one in shown.meters}
        assert set(by_meter) == set(Meter)
        assert by_meter[ANSWERS] == MeterUse(ANSWERS, 10, 10, 1, 2, 200, 100)
        assert by_meter[TOKENS] == MeterUse(TOKENS, 1000, 0, 400, 0, 0, 7)
        assert by_meter[PAGES] == MeterUse(PAGES, None, 0)
        assert by_meter[Meter.STORED_MB] == MeterUse(Meter.STORED_MB, 1, 1)

    def test_before_the_first_use_stores_nothing(self, world: MeteringWorld) -> None:
        owner = world.make_owner(USDT)
        shown = world.overview.get(Principal(owner, Role.USER))
        assert {one.meter: one.included for one in shown.meters}[ANSWERS] == 3
        assert world.stored(owner) == {}
