"""What users ask of their subscription, and what it costs."""

from datetime import timedelta
from uuid import UUID

import pytest

from mara.billing.errors import NotInThisState, OnlyAtPeriodEnd, SamePlan, SubscriptionCancelling
from mara.billing.model.actions import CreditablePayment, divide_credit
from mara.billing.model.changes import ChangeTime
from mara.billing.model.invoice import InvoiceStatus, Purpose
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.proration import UsedAllowance
from mara.billing.model.subscription import EndReason, State
from mara.ledger.errors import InsufficientFunds
from tests.support.billing import NOW, USDT, plan_version
from tests.support.billing_world import BillingWorld

TEAM = plan_version("team", price=28 * USDT)
BUSINESS = plan_version("business", price=56 * USDT)
YEARLY = plan_version("yearly", price=280 * USDT, interval=Interval(IntervalUnit.YEAR))
CHEAP_WEEK = plan_version("week", price=USDT, interval=Interval(IntervalUnit.WEEK))
FREE = plan_version("gratis", price=0)
TRIAL = plan_version("trial", price=10 * USDT, trial_days=14)
HALF = timedelta(days=14)
"""Half of the first period, from 31 January to 28 February."""


@pytest.fixture
def world() -> BillingWorld:
    world = BillingWorld(available=28 * USDT, has_trial=False)
    world.subscribe(TEAM)
    return world


class TestChangeNow:
    def test_charges_the_difference_for_the_rest_of_the_period(self, world: BillingWorld) -> None:
        world.available = 20 * USDT
        world.now += HALF
        assert world.change(BUSINESS).total == 14 * USDT
        assert world.available == 6 * USDT
        assert world.open.anchor == NOW
        assert world.paid[-1].purpose is Purpose.CHANGE

    def test_that_is_not_covered_changes_nothing(self, world: BillingWorld) -> None:
        before = world.subscription
        with pytest.raises(InsufficientFunds):
            world.change(BUSINESS)
        assert world.subscription == before

    def test_to_a_cheaper_plan_gives_no_money_back(self, world: BillingWorld) -> None:
        world.now += HALF
        price = world.change(FREE)
        assert (price.total, price.given_up) == (0, 14 * USDT)
        assert world.available == 0

    def test_to_another_interval_starts_a_new_period(self, world: BillingWorld) -> None:
        world.available = 300 * USDT
        world.now += HALF
        assert world.change(YEARLY).total == 266 * USDT
        assert world.open.anchor == NOW + HALF

    def test_to_an_interval_that_costs_less_than_is_left_waits(self, world: BillingWorld) -> None:
        with pytest.raises(OnlyAtPeriodEnd):
            world.change(CHEAP_WEEK)

    def test_charges_a_renewal_that_is_due_first(self, world: BillingWorld) -> None:
        world.available = 84 * USDT
        world.now += 2 * HALF
        assert world.change(BUSINESS).total == 28 * USDT
        assert [one.purpose for one in world.paid] == [
            Purpose.FIRST,
            Purpose.RENEWAL,
            Purpose.CHANGE,
        ]

    def test_to_the_same_version_is_refused(self, world: BillingWorld) -> None:
        with pytest.raises(SamePlan):
            world.change(TEAM)

    def test_while_cancelling_is_refused(self, world: BillingWorld) -> None:
        world.cancel()
        for when in ChangeTime:
            with pytest.raises(SubscriptionCancelling):
                world.change(BUSINESS, when)

    def test_in_a_trial_charges_nothing_and_keeps_its_end(self) -> None:
        world = BillingWorld()
        world.subscribe(TRIAL)
        world.change(TEAM)
        assert world.is_in(State.TRIALING)
        assert world.open.anchor == NOW + timedelta(days=14)
        assert not world.charges


class TestChangeAtPeriodEnd:
    def test_is_taken_back_by_the_present_plan(self, world: BillingWorld) -> None:
        world.change(BUSINESS, ChangeTime.PERIOD_END)
        world.change(TEAM, ChangeTime.PERIOD_END)
        assert world.open.next_version is None
        with pytest.raises(SamePlan):
            world.change(TEAM, ChangeTime.PERIOD_END)


class TestChangeWhileUnpaid:
    def test_incomplete_draws_up_another_draft_and_begins_the_time_anew(self) -> None:
        world = BillingWorld(has_trial=False)
        world.subscribe(TEAM)
        world.now += timedelta(hours=20)
        world.change(BUSINESS)
        world.wait(hours=20)
        assert world.is_in(State.INCOMPLETE)
        statuses = [one.status for one in world.invoices.values()]
        assert statuses == [InvoiceStatus.VOID, InvoiceStatus.DRAFT]
        world.available = 56 * USDT
        world.tick()
        assert (world.open.state, world.available) == (State.ACTIVE, 0)

    def test_overdue_opens_an_invoice_of_the_same_period_and_the_grace_runs_on(
        self, world: BillingWorld
    ) -> None:
        world.wait(days=29)
        assert world.unpaid is not None
        first = world.unpaid
        world.now += timedelta(days=1)
        world.change(BUSINESS)
        assert world.is_in(State.PAST_DUE)
        assert world.unpaid.invoice.total == 56 * USDT
        assert world.unpaid.invoice.period == first.invoice.period
        assert world.unpaid.deadline.at == first.deadline.at
        assert world.invoices[first.invoice.id].status is InvoiceStatus.VOID

    def test_overdue_is_charged_at_once_if_covered(self, world: BillingWorld) -> None:
        world.wait(days=29)
        world.available = 27 * USDT
        world.change(CHEAP_WEEK)
        assert world.is_in(State.ACTIVE)
        assert world.available == 26 * USDT

    def test_overdue_to_a_free_plan_owes_nothing(self, world: BillingWorld) -> None:
        world.wait(days=29)
        world.change(FREE)
        assert world.is_in(State.ACTIVE)
        assert world.unpaid is None
        assert [one.status for one in world.invoices.values()] == [
            InvoiceStatus.PAID,
            InvoiceStatus.VOID,
        ]

    def test_after_another_interval_keeps_the_period_that_was_missed(
        self, world: BillingWorld
    ) -> None:
        """The anchor is the old interval's until a period of the new one is paid."""
        world.change(YEARLY, ChangeTime.PERIOD_END)
        world.wait(days=29)
        assert world.unpaid is not None
        missed = world.unpaid.invoice.period
        world.change(plan_version("decade", price=300 * USDT, interval=Interval(IntervalUnit.YEAR)))
        assert world.unpaid.invoice.period == missed
        world.available = 300 * USDT
        world.tick()
        assert world.open.period == missed


class TestCancel:
    def test_now_gives_the_unused_part_back(self, world: BillingWorld) -> None:
        world.now += HALF
        assert world.cancel(immediately=True) == 14 * USDT
        assert world.is_in(State.ENDED)
        assert sum(world.credited.values()) == 14 * USDT

    def test_now_gives_nothing_back_where_an_allowance_is_used_up(
        self, world: BillingWorld
    ) -> None:
        world.use = (UsedAllowance(100, 100),)
        assert world.cancel(immediately=True) == 0

    def test_now_after_an_upgrade_gives_back_what_both_invoices_paid(
        self, world: BillingWorld
    ) -> None:
        world.available = 100 * USDT
        world.change(BUSINESS)
        assert world.cancel(immediately=True) == 56 * USDT
        assert sorted(world.credited.values()) == [28 * USDT, 28 * USDT]

    def test_now_after_the_period_gives_nothing_back(self, world: BillingWorld) -> None:
        world.now += timedelta(days=30)
        assert world.cancel(immediately=True) == 0

    @pytest.mark.parametrize("immediately", [True, False])
    def test_overdue_ends_at_once_and_takes_no_later_money(
        self, world: BillingWorld, immediately: bool
    ) -> None:
        world.wait(days=29)
        world.cancel(immediately=immediately)
        assert (world.open.state, world.open.end_reason) == (State.ENDED, EndReason.CANCELLED)
        world.available = 100 * USDT
        world.wait(days=1)
        assert world.available == 100 * USDT

    def test_twice_is_refused(self, world: BillingWorld) -> None:
        world.cancel()
        with pytest.raises(NotInThisState) as refusal:
            world.cancel()
        assert refusal.value.extensions["possible"] == ["resume"]

    def test_is_taken_back_before_the_end(self, world: BillingWorld) -> None:
        world.cancel()
        world.resume()
        world.available = 28 * USDT
        world.wait(days=29)
        assert world.is_in(State.ACTIVE)


class TestDivideCredit:
    def test_takes_from_the_first_payment_what_it_has_left(self) -> None:
        payments = [CreditablePayment(UUID(int=left), left) for left in (3, 0, 5)]
        assert [amount for _, amount in divide_credit(7, payments)] == [3, 4]
