"""Cheating pays nothing: what a user tries gains neither money nor allowance.

The services are those of production, on PostgreSQL, at a time that the tests set. To see them fail:

- allowance used and cancelled: let ``unused_on_cancellation`` ignore the share that is left, or
  ``CountedPeriodUsage.close`` leave what was not used;
- upgrade in the last hour: give the whole allowance of the new plan in ``blended_allowance``;
- subscribe and leave: begin the default plan's usage period at the end of the subscription in
  ``entitlement_of``;
- cancel in past_due: leave the invoice open in ``cancel``;
- a second trial: name the subscription, and not the user and the e-mail address, in
  ``PostgresTrials._subjects``.
"""

import pytest

from mara.billing.model.meters import Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.plan import PlanVersion
from mara.billing.service.subscriptions import PlanChange
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.ledger import audit_service
from tests.support.billing import USDT, allowances, plan_version
from tests.support.metering import FREE
from tests.support.paying_user import PayingUser
from tests.support.subscriptions import add_plan, invoices_of, pay_in, state_of

pytestmark = pytest.mark.usefixtures("database")

PRICE = 28 * USDT
"""Of the first period, from 31 January to 28 February: 1 USDT a day."""
TEN = plan_version("cheat-ten", price=PRICE, allowances=allowances(answers=10))
SEVEN = plan_version("cheat-seven", price=PRICE, allowances=allowances(answers=7))
THOUSAND = plan_version("cheat-thousand", price=2 * PRICE, allowances=allowances(answers=1000))
BOUNDLESS = plan_version("cheat-boundless", price=2 * PRICE)
YEAR = plan_version(
    "cheat-year",
    price=365 * USDT,
    interval=Interval(IntervalUnit.YEAR),
    allowances=allowances(answers=10),
)
TRIAL = plan_version("cheat-trial", price=PRICE, trial_days=14)
FREE_ANSWERS = FREE.terms.allowances[Meter.ANSWERS]


@pytest.fixture
def cheat() -> PayingUser:
    found = PayingUser()
    for version in (TEN, SEVEN, THOUSAND, BOUNDLESS, YEAR, TRIAL):
        add_plan(version)
    return found


class TestAllowanceUsedAndCancelledNow:
    @pytest.mark.parametrize(("used", "days"), [(10, 0), (10, 14), (10, 27), (5, 0), (1, 14)])
    def test_gives_back_no_more_than_the_share_that_is_left(
        self, cheat: PayingUser, used: int, days: int
    ) -> None:
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(used) == used
        cheat.wait(days=days)
        gives_back = cheat.leave()
        assert gives_back <= PRICE * (10 - used) // 10
        assert gives_back <= PRICE * (28 - days) // 28
        assert cheat.available == gives_back
        assert audit_service().verify().differences == ()

    def test_counts_answers_that_are_still_being_made(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        cheat.world.reserve(cheat.id, "running", answers=10)
        assert cheat.leave() == 0
        cheat.world.settle(cheat.id, "running", answers=10)
        assert cheat.available == 0

    def test_of_a_year_gives_back_the_months_that_were_not_begun(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(YEAR)
        assert cheat.answer(20) == 10
        assert cheat.leave() == (365 - 28) * USDT

    def test_leaves_nothing_of_the_paid_allowance(self, cheat: PayingUser) -> None:
        """Nor to a reservation that has read the subscription before it ended."""
        cheat.pay_and_subscribe(TEN)
        cheat.answer(3)
        cheat.leave()
        assert cheat.world.stored(cheat.id)[Meter.ANSWERS].left() == 0
        assert cheat.answer(20) == FREE_ANSWERS

    def test_again_and_again_costs_what_was_used(self, cheat: PayingUser) -> None:
        """Ten rounds of one answer each cost as much as ten answers of one round."""
        pay_in(cheat.id, PRICE)
        for _ in range(10):
            if cheat.available < PRICE:
                pay_in(cheat.id, PRICE - cheat.available)
            cheat.subscribe(TEN)
            assert cheat.answer() == 1
            assert cheat.leave() <= PRICE * 9 // 10


class TestAllowanceUsedThenChangedAndCancelled:
    @pytest.mark.parametrize("bigger", [THOUSAND, BOUNDLESS], ids=["limited", "unlimited"])
    @pytest.mark.parametrize(("used", "days"), [(10, 0), (5, 0), (10, 7)])
    def test_gives_back_nothing_of_what_was_used(
        self, cheat: PayingUser, bigger: PlanVersion, used: int, days: int
    ) -> None:
        """To see it fail, let ``change_lines`` forget what is kept."""
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(used) == used
        cheat.wait(days=days)
        pay_in(cheat.id, 2 * PRICE)
        before = cheat.available
        cheat.service.change(cheat.principal, PlanChange(bigger.code))
        cheat.leave()
        unused = PRICE * min(28 - days, 28 * (10 - used) // 10) // 28
        assert cheat.available - before <= unused

    def test_again_and_again_costs_what_was_used(self, cheat: PayingUser) -> None:
        pay_in(cheat.id, 4 * PRICE)
        before = cheat.available
        for _ in range(3):
            cheat.subscribe(TEN)
            assert cheat.answer(10) == 10
            cheat.service.change(cheat.principal, PlanChange(BOUNDLESS.code))
            cheat.leave()
        assert before - cheat.available == 3 * PRICE


class TestChangesUpAndDown:
    @pytest.mark.parametrize("days", [0, 7, 13])
    def test_of_equal_price_add_nothing_to_the_allowance(
        self, cheat: PayingUser, days: int
    ) -> None:
        """To see it fail, let ``with_allowance`` forget what rounding has added."""
        cheat.pay_and_subscribe(TEN)
        cheat.wait(days=days)
        for _ in range(20):
            for plan in (SEVEN, TEN):
                cheat.service.change(cheat.principal, PlanChange(plan.code))
        assert cheat.answer(20) == 10


class TestUpgradeInTheLastHour:
    def test_buys_an_hour_of_the_larger_allowance(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(10) == 10
        cheat.wait(days=27, hours=23)
        pay_in(cheat.id, USDT)
        cheat.service.change(cheat.principal, PlanChange(THOUSAND.code))
        spent = USDT - cheat.available
        assert spent == 2 * PRICE // 672 - PRICE // 672
        # Of 10 and 1000, an hour of 672 gives 11.47 in all, rounded up.
        assert cheat.answer(100) == 2

    def test_and_back_gives_no_money(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        pay_in(cheat.id, 2 * PRICE)
        cheat.wait(days=14)
        cheat.service.change(cheat.principal, PlanChange(THOUSAND.code))
        after = cheat.available
        assert cheat.answer(200) == 200
        cheat.service.change(cheat.principal, PlanChange(TEN.code))
        assert cheat.available == after
        assert cheat.answer(1) == 0
        cheat.leave()
        assert cheat.available == after


class TestSubscribeAndLeave:
    def test_refills_no_allowance_of_the_default_plan(self, cheat: PayingUser) -> None:
        free = FREE_ANSWERS
        assert cheat.answer(20) == free
        for _ in range(3):
            cheat.wait(hours=1)
            if cheat.available < PRICE:
                pay_in(cheat.id, PRICE - cheat.available)
            cheat.subscribe(TEN)
            cheat.leave()
            assert cheat.answer(1) == 0
        cheat.wait(days=28)
        assert cheat.answer(20) == free

    def test_without_paying_refills_nothing_either(self, cheat: PayingUser) -> None:
        cheat.answer(20)
        cheat.subscribe(TEN)
        assert cheat.answer(1) == 0
        cheat.leave()
        assert cheat.answer(1) == 0


class TestCancelWhileOverdue:
    def test_takes_nothing_of_a_later_deposit(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        cheat.wait(days=28)
        assert state_of(cheat.id) == "past_due"
        cheat.service.cancel(cheat.principal, immediately=False)
        assert state_of(cheat.id) == "ended"
        pay_in(cheat.id, 100 * USDT)
        for _ in range(3):
            cheat.wait(hours=1)
            cheat.billing.charging.charge_owner(cheat.id)
        assert cheat.available == 100 * USDT
        assert [status for status, _, _ in invoices_of(cheat.id)] == ["paid", "void"]

    def test_leaves_no_allowance_but_that_of_the_default_plan(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        cheat.wait(days=28)
        cheat.answer(20)
        cheat.service.cancel(cheat.principal, immediately=True)
        assert cheat.answer(20) == FREE_ANSWERS

    def test_uses_grace_once(self, cheat: PayingUser) -> None:
        """A part of the next allowance was used in grace: paying for it then gives the rest."""
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10
        cheat.wait(days=28)
        in_grace = cheat.answer(20)
        assert in_grace == 10 * TEN.terms.grace_percent // 100
        pay_in(cheat.id, PRICE)
        cheat.wait(hours=1)
        assert state_of(cheat.id) == "active"
        assert cheat.answer(20) == 10 - in_grace


class TestSecondTrial:
    def test_is_given_to_no_user_twice(self, cheat: PayingUser) -> None:
        cheat.subscribe(TRIAL)
        assert state_of(cheat.id) == "trialing"
        assert cheat.leave() == 0
        for _ in range(2):
            cheat.subscribe(TRIAL)
            assert state_of(cheat.id) == "incomplete"
            cheat.leave()
        assert cheat.available == 0

    def test_is_given_to_no_user_under_another_address(self, cheat: PayingUser) -> None:
        cheat.subscribe(TRIAL)
        cheat.leave()
        with transaction(SYSTEM):
            query = "UPDATE users SET email = 'new@example.com' WHERE id = %s"
            connection().execute(query, (cheat.id,))
        cheat.subscribe(TRIAL)
        assert state_of(cheat.id) == "incomplete"

    def test_is_given_to_no_other_account_of_the_same_address(self, cheat: PayingUser) -> None:
        other = PayingUser(cheat.billing, cheat.world)
        cheat.subscribe(TRIAL)
        cheat.leave()
        with transaction(SYSTEM):
            rename = "UPDATE users SET email = %s WHERE id = %s"
            (email,) = connection().execute(
                "SELECT email FROM users WHERE id = %s", (cheat.id,)
            ).fetchone() or ("",)
            connection().execute(rename, ("gone@example.com", cheat.id))
            connection().execute(rename, (email, other.id))
        other.subscribe(TRIAL)
        assert state_of(other.id) == "incomplete"
