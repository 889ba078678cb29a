"""What time and money do to a subscription."""

from datetime import timedelta

import pytest

from mara.billing.model.changes import ChangeTime
from mara.billing.model.invoice import InvoiceStatus
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.subscription import EndReason, State
from mara.billing.model.waiting import SCAN_WAIT_MAX
from tests.support.billing import NOW, USDT, plan_version
from tests.support.billing_world import BillingWorld

TEAM = plan_version("team", price=10 * USDT, grace_days=7)
BUSINESS = plan_version("business", price=50 * USDT)
DAILY = plan_version("daily", price=USDT, interval=Interval(IntervalUnit.DAY), grace_days=7)
TRIAL = plan_version("trial", price=10 * USDT, trial_days=14)
FREE = plan_version("gratis", price=0)


@pytest.fixture
def world() -> BillingWorld:
    return BillingWorld(has_trial=False)


@pytest.fixture
def overdue(world: BillingWorld) -> BillingWorld:
    """Active for a month, then past due since the end of the first period."""
    world.available = 10 * USDT
    world.subscribe(TEAM)
    assert world.open.period is not None
    world.now = world.open.period.end
    world.tick()
    assert world.is_in(State.PAST_DUE)
    return world


class TestSubscribing:
    def test_with_enough_money_is_charged_at_once(self, world: BillingWorld) -> None:
        world.available = 10 * USDT
        world.subscribe(TEAM)
        assert world.is_in(State.ACTIVE)
        assert world.available == 0
        assert [one.total for one in world.paid] == [10 * USDT]

    def test_without_money_waits_and_begins_when_it_is_paid(self, world: BillingWorld) -> None:
        world.subscribe(TEAM)
        assert world.is_in(State.INCOMPLETE)
        world.wait(hours=5)
        world.available = 12 * USDT
        world.wait(hours=1)
        assert world.is_in(State.ACTIVE)
        assert world.open.period is not None
        assert world.open.period.start == NOW + timedelta(hours=6)
        assert world.available == 2 * USDT

    def test_without_money_expires_after_a_day(self, world: BillingWorld) -> None:
        world.subscribe(TEAM)
        world.wait(hours=23)
        assert world.is_in(State.INCOMPLETE)
        world.wait(hours=1)
        assert (world.open.state, world.open.end_reason) == (State.ENDED, EndReason.EXPIRED)
        assert {one.status for one in world.invoices.values()} == {InvoiceStatus.VOID}
        assert not world.charges

    def test_is_kept_by_any_deposit_in_flight_for_a_day_more(self, world: BillingWorld) -> None:
        world.subscribe(TEAM)
        world.unconfirmed = 1
        world.tick()
        world.wait(hours=47)
        assert world.is_in(State.INCOMPLETE)
        world.wait(hours=1)
        assert world.is_in(State.ENDED)

    def test_to_a_plan_without_a_price_makes_no_invoice(self, world: BillingWorld) -> None:
        world.subscribe(FREE)
        world.wait(days=400)
        assert world.is_in(State.ACTIVE)
        assert not world.invoices
        assert not world.charges


class TestTrial:
    @pytest.fixture
    def trial(self) -> BillingWorld:
        world = BillingWorld()
        world.subscribe(TRIAL)
        return world

    def test_charges_nothing_until_its_end(self, trial: BillingWorld) -> None:
        trial.available = 10 * USDT
        trial.wait(days=13)
        assert (trial.open.state, trial.available) == (State.TRIALING, 10 * USDT)
        trial.wait(days=1)
        assert (trial.open.state, trial.available) == (State.ACTIVE, 0)
        assert trial.open.anchor == NOW + timedelta(days=14)

    def test_is_past_due_after_it_without_money(self, trial: BillingWorld) -> None:
        trial.wait(days=14)
        assert trial.is_in(State.PAST_DUE)
        assert trial.open.monthly_revenue == 0

    def test_reminds_of_its_end_once(self, trial: BillingWorld) -> None:
        for _ in range(13 * 24):
            trial.wait(hours=1)
        assert trial.trial_reminders == 1

    def test_that_was_cancelled_ends_without_a_charge(self, trial: BillingWorld) -> None:
        trial.available = 10 * USDT
        trial.cancel()
        trial.wait(days=20)
        assert (trial.open.state, trial.open.end_reason) == (State.ENDED, EndReason.CANCELLED)
        assert trial.available == 10 * USDT


class TestRenewal:
    def test_charges_each_period_once_however_often_billing_looks(
        self, world: BillingWorld
    ) -> None:
        world.available = 100 * USDT
        world.subscribe(TEAM)
        for _ in range(3 * 31):
            world.wait(days=1)
            world.tick()
        assert world.available == 60 * USDT

    def test_after_a_long_stop_charges_missed_periods_as_far_as_the_balance_goes(
        self, world: BillingWorld
    ) -> None:
        world.available = 31 * USDT
        world.subscribe(DAILY)
        world.wait(days=40)
        assert world.available == 0
        assert len(world.paid) == 31
        assert world.is_in(State.PAST_DUE)
        assert world.unpaid is not None
        assert world.unpaid.deadline.at == world.now + timedelta(days=7)

    def test_waits_an_hour_for_own_holds(self, world: BillingWorld) -> None:
        world.available = 10 * USDT
        world.subscribe(TEAM)
        assert world.open.period is not None
        world.reserved = 10 * USDT
        world.now = world.open.period.end
        world.tick()
        assert world.is_in(State.ACTIVE)
        world.reserved, world.available = 0, 10 * USDT
        world.wait(minutes=59)
        assert world.is_in(State.ACTIVE)
        assert len(world.paid) == 2

    def test_does_not_wait_longer_for_own_holds(self, world: BillingWorld) -> None:
        world.available = 10 * USDT
        world.subscribe(TEAM)
        assert world.open.period is not None
        world.reserved = 10 * USDT
        world.now = world.open.period.end
        world.wait(hours=1)
        assert world.is_in(State.PAST_DUE)

    def test_takes_the_planned_plan(self, world: BillingWorld) -> None:
        world.available = 60 * USDT
        world.subscribe(TEAM)
        world.change(BUSINESS, ChangeTime.PERIOD_END)
        world.wait(days=31)
        assert world.open.version == BUSINESS
        assert world.available == 0

    def test_ends_where_it_was_cancelled_even_after_the_period(self, world: BillingWorld) -> None:
        world.available = 100 * USDT
        world.subscribe(TEAM)
        world.now += timedelta(days=40)
        world.cancel()
        assert (world.open.state, world.open.end_reason) == (State.ENDED, EndReason.CANCELLED)
        assert world.available == 90 * USDT


class TestOverdue:
    def test_ends_unpaid_after_the_grace_and_is_never_collected(
        self, overdue: BillingWorld
    ) -> None:
        overdue.wait(days=7)
        assert (overdue.open.state, overdue.open.end_reason) == (State.ENDED, EndReason.UNPAID)
        overdue.available = 100 * USDT
        overdue.wait(days=1)
        assert overdue.available == 100 * USDT
        statuses = [one.status for one in overdue.invoices.values()]
        assert statuses == [InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE]

    def test_goes_on_from_the_old_anchor_once_paid(self, overdue: BillingWorld) -> None:
        overdue.available = 10 * USDT
        overdue.wait(days=3)
        assert overdue.is_in(State.ACTIVE)
        assert overdue.open.anchor == NOW

    def test_with_a_grace_longer_than_the_period_pays_the_present_period_only(
        self, world: BillingWorld
    ) -> None:
        world.available = USDT
        world.subscribe(DAILY)
        world.wait(days=1)
        world.available = 5 * USDT
        world.wait(days=5)
        assert world.is_in(State.ACTIVE)
        assert world.available == 4 * USDT
        assert world.open.period is not None
        assert world.now in world.open.period

    def test_waits_for_deposits_that_cover_it(self, overdue: BillingWorld) -> None:
        overdue.wait(days=6, hours=23)
        overdue.unconfirmed = 10 * USDT
        overdue.tick()
        overdue.wait(hours=20)
        assert overdue.is_in(State.PAST_DUE)
        overdue.unconfirmed, overdue.available = 0, 10 * USDT
        overdue.tick()
        assert overdue.is_in(State.ACTIVE)

    @pytest.mark.parametrize("amount", [1, 10 * USDT - 1])
    def test_does_not_wait_for_deposits_that_are_too_small(
        self, overdue: BillingWorld, amount: int
    ) -> None:
        overdue.unconfirmed = amount
        overdue.wait(days=7)
        assert overdue.is_in(State.ENDED)

    def test_does_not_end_before_the_networks_were_scanned(self, overdue: BillingWorld) -> None:
        overdue.scanned_until = overdue.now
        overdue.wait(days=7, hours=3)
        assert overdue.is_in(State.PAST_DUE)
        overdue.scanned_until = overdue.now
        overdue.tick()
        assert overdue.is_in(State.ENDED)

    def test_does_not_wait_for_scans_for_ever(self, overdue: BillingWorld) -> None:
        overdue.scanned_until = overdue.now
        overdue.wait(days=7, seconds=SCAN_WAIT_MAX.total_seconds())
        assert overdue.is_in(State.ENDED)

    def test_reminds_on_the_days_of_the_grace_and_a_day_before_its_end(
        self, overdue: BillingWorld
    ) -> None:
        for _ in range(7 * 24):
            overdue.wait(hours=1)
        assert overdue.is_in(State.ENDED)
        assert overdue.payment_reminders == len({0, 1, 3, 5, 6})

    def test_sends_the_last_of_several_reminders_only(self, overdue: BillingWorld) -> None:
        before = overdue.payment_reminders
        overdue.wait(days=6, hours=12)
        assert overdue.payment_reminders == before + 1

    def test_does_not_remind_during_a_pause(self, overdue: BillingWorld) -> None:
        before = overdue.payment_reminders
        overdue.final = 10 * USDT
        for _ in range(10):
            overdue.wait(days=1)
        assert overdue.payment_reminders == before


class TestClosedAccount:
    @pytest.mark.parametrize("money", [0, 100 * USDT])
    def test_is_never_charged(self, world: BillingWorld, money: int) -> None:
        world.available = money
        world.subscribe(TEAM)
        spent = money - world.available
        world.is_closed = True
        world.wait(days=40)
        assert (world.open.state, world.open.end_reason) == (State.ENDED, EndReason.CLOSED)
        assert money - world.available == spent
        assert all(one.status in (InvoiceStatus.PAID, InvoiceStatus.VOID)
                   for one in world.invoices.values())  # fmt: skip


def test_a_clock_that_is_set_back_changes_nothing(world: BillingWorld) -> None:
    world.available = 15 * USDT
    world.subscribe(TEAM)
    world.wait(days=31)
    state, invoices = world.open.state, dict(world.invoices)
    for hours in (-1, -24, 25):
        world.wait(hours=hours)
        assert (world.open.state, world.invoices) == (state, invoices)
