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

from datetime import timedelta
from random import Random

import pytest

from mara.billing.errors import UsageLimitReached
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
GRATIS = plan_version("cheat-gratis", price=0, allowances=allowances(answers=10))
GRATIS_SEVEN = plan_version("cheat-gratis-seven", price=0, allowances=allowances(answers=7))
GRATIS_ONE = plan_version("cheat-gratis-one", price=0, allowances=allowances(answers=1))
GRATIS_DAY = plan_version(
    "cheat-gratis-day",
    price=0,
    interval=Interval(IntervalUnit.DAY),
    allowances=allowances(answers=10),
)
GRATIS_WEEK = plan_version(
    "cheat-gratis-week",
    price=0,
    interval=Interval(IntervalUnit.WEEK),
    allowances=allowances(answers=10),
)
GRATIS_TRIAL = plan_version(
    "cheat-gratis-trial", price=0, trial_days=14, allowances=allowances(answers=10)
)
SOLD = (TEN, SEVEN, THOUSAND, BOUNDLESS, YEAR, TRIAL)
GIVEN = (GRATIS, GRATIS_ONE, GRATIS_SEVEN, GRATIS_DAY, GRATIS_WEEK, GRATIS_TRIAL)
FREE_ANSWERS = FREE.terms.allowances[Meter.ANSWERS]


def plan_advised_by(refusal: UsageLimitReached) -> str:
    ways = refusal.extensions["way_out"]
    assert isinstance(ways, list)
    (code,) = {way["plan"] for way in ways if "plan" in way}
    return str(code)


@pytest.fixture
def cheat() -> PayingUser:
    found = PayingUser()
    for version in (*SOLD, *GIVEN):
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


class TestPreviewOfAChange:
    """To see it fail, name what was paid for the old period as well."""

    @pytest.mark.parametrize("used", [0, 4, 10])
    @pytest.mark.parametrize("days", [0, 13, 27])
    @pytest.mark.parametrize("plan", [SEVEN, THOUSAND, BOUNDLESS, GRATIS, YEAR])
    def test_names_what_a_cancellation_gives_back_at_most(
        self, cheat: PayingUser, plan: PlanVersion, days: int, used: int
    ) -> None:
        cheat.pay_and_subscribe(TEN)
        cheat.answer(used)
        cheat.wait(days=days)
        pay_in(cheat.id, 400 * USDT)
        change = cheat.service.change(cheat.principal, PlanChange(plan.code), preview=True)
        assert change.price is not None
        cheat.service.change(cheat.principal, PlanChange(plan.code, as_of=change.as_of))
        cheat.wait(hours=1)
        gives_back = cheat.leave()
        assert change.price.refundable is not None
        assert gives_back <= change.price.refundable

    def test_to_another_interval_names_what_it_charges(self, cheat: PayingUser) -> None:
        cheat.pay_and_subscribe(TEN)
        pay_in(cheat.id, 400 * USDT)
        cheat.wait(days=14)
        price = cheat.service.change(cheat.principal, PlanChange(YEAR.code)).price
        assert price is not None
        assert price.refundable == price.total == 365 * USDT - PRICE // 2
        assert cheat.leave() == price.refundable


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


class TestPlanOfPriceZero:
    """To see these fail, let ``UsageBook._earlier`` find nothing."""

    def test_gives_nothing_anew_to_who_leaves_and_subscribes(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS)
        assert cheat.answer(6) == 6
        cheat.leave()
        for more in (4, 0, 0):
            cheat.wait(days=9)
            cheat.subscribe(GRATIS)
            assert cheat.answer(20) == more
            cheat.leave()

    def test_gives_its_allowance_in_each_period_of_its_own(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS)
        for days in (28, 31, 30):
            assert cheat.answer(20) == 10
            cheat.wait(days=days)
        assert cheat.answer(20) == 10

    def test_gives_its_next_allowance_no_later_to_who_leaves_and_subscribes(
        self, cheat: PayingUser
    ) -> None:
        """To see it fail, let ``CountedPeriodUsage.free_since`` find nothing."""
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        for days in (9, 10):
            cheat.wait(days=days)
            cheat.leave()
            cheat.subscribe(GRATIS)
            assert cheat.answer(20) == 0
        cheat.wait(days=9)
        assert cheat.answer(20) == 10

    def test_begins_anew_where_the_period_of_the_earlier_one_is_over(
        self, cheat: PayingUser
    ) -> None:
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        cheat.service.cancel(cheat.principal, immediately=False)
        cheat.wait(days=28)
        assert state_of(cheat.id) == "ended"
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10

    def test_gives_nothing_anew_by_changes_of_plan(self, cheat: PayingUser) -> None:
        """Of the same interval and of another one, and back."""
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        for plan in (GRATIS_WEEK, GRATIS, GRATIS_SEVEN, GRATIS_WEEK, GRATIS):
            cheat.wait(hours=9)
            cheat.service.change(cheat.principal, PlanChange(plan.code))
            assert cheat.answer(20) == 0

    def test_gives_nothing_anew_after_a_smaller_one(self, cheat: PayingUser) -> None:
        """To see it fail, bound the use of ``with_earlier_use`` by what is included."""
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        for _ in range(3):
            cheat.leave()
            cheat.subscribe(GRATIS_ONE)
            cheat.service.change(cheat.principal, PlanChange(GRATIS.code))
            assert cheat.answer(20) == 0

    def test_counts_use_in_shorter_periods_that_began_later(self, cheat: PayingUser) -> None:
        """To see it fail, look for earlier use at the start of the period, not at the present."""
        cheat.subscribe(GRATIS)
        assert cheat.answer(1) == 1
        cheat.wait(days=10)
        cheat.service.change(cheat.principal, PlanChange(GRATIS_WEEK.code))
        assert cheat.answer(20) == 9
        cheat.leave()
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 0

    def test_counts_no_use_in_periods_that_are_over(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS)
        assert cheat.answer(1) == 1
        cheat.wait(days=3)
        cheat.service.change(cheat.principal, PlanChange(GRATIS_WEEK.code))
        assert cheat.answer(20) == 9
        cheat.wait(days=8)
        cheat.leave()
        cheat.subscribe(GRATIS_WEEK)
        assert cheat.answer(20) == 9

    def test_outdates_no_preview_by_what_it_takes_over(self, cheat: PayingUser) -> None:
        """To see it fail, store counters that are made as changed at the present."""
        cheat.subscribe(GRATIS)
        cheat.answer(3)
        cheat.leave()
        cheat.subscribe(GRATIS)
        pay_in(cheat.id, 2 * PRICE)
        cheat.wait(hours=1)
        cheat.world.at += timedelta(milliseconds=3)  # the clock goes on within the request
        preview = cheat.service.change(cheat.principal, PlanChange(BOUNDLESS.code), preview=True)
        cheat.wait(hours=0)
        wanted = PlanChange(BOUNDLESS.code, as_of=preview.as_of)
        assert cheat.service.change(cheat.principal, wanted).price == preview.price

    def test_is_advised_only_if_it_would_help(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        cheat.leave()
        cheat.answer(FREE_ANSWERS or 0)
        with pytest.raises(UsageLimitReached) as refusal:
            cheat.world.use(cheat.id, "one more", answers=1)
        assert plan_advised_by(refusal.value) in {version.code for version in SOLD}

    def test_shows_what_is_left_before_the_first_use(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS)
        cheat.answer(6)
        cheat.leave()
        cheat.subscribe(GRATIS)
        (shown,) = (
            one
            for one in cheat.world.overview.get(cheat.principal).meters
            if one.meter is Meter.ANSWERS
        )
        assert (shown.included, shown.used) == (10, 6)

    def test_gives_nothing_anew_after_a_plan_whose_price_comes_back(
        self, cheat: PayingUser
    ) -> None:
        """By a change to it within the period, and by a subscription of its own."""
        pay_in(cheat.id, 2 * PRICE)
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        cheat.service.change(cheat.principal, PlanChange(BOUNDLESS.code))
        assert cheat.leave() == 2 * PRICE
        cheat.subscribe(BOUNDLESS)
        assert cheat.leave() == 2 * PRICE
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 0
        assert cheat.available == 2 * PRICE

    def test_gives_nothing_anew_after_its_trial(self, cheat: PayingUser) -> None:
        cheat.subscribe(GRATIS_TRIAL)
        assert state_of(cheat.id) == "trialing"
        assert cheat.answer(20) == 10
        cheat.leave()
        cheat.subscribe(GRATIS_TRIAL)
        assert state_of(cheat.id) == "active"
        assert cheat.answer(20) == 0

    def test_is_not_used_up_by_the_default_plan(self, cheat: PayingUser) -> None:
        assert cheat.answer(20) == FREE_ANSWERS
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        cheat.leave()
        assert cheat.answer(20) == 0

    def test_takes_nothing_from_a_plan_that_is_paid(self, cheat: PayingUser) -> None:
        """Nor does the use of a paid plan take anything from the same one, bought again."""
        cheat.subscribe(GRATIS)
        assert cheat.answer(20) == 10
        cheat.leave()
        for _ in range(2):
            cheat.pay_and_subscribe(TEN)
            assert cheat.answer(20) == 10
            assert cheat.leave() == 0

    @pytest.mark.parametrize("seed", range(6))
    def test_gives_its_allowance_once_in_a_month_whatever_is_done(
        self, cheat: PayingUser, seed: int
    ) -> None:
        random, given, began = Random(seed), 0, cheat.billing.at
        pay_in(cheat.id, 2 * PRICE)
        cheat.subscribe(GRATIS)
        for _ in range(40):
            cheat.wait(hours=random.choice((1, 30, 150)))
            if state_of(cheat.id) == "ended":
                cheat.subscribe(random.choice((GRATIS, GRATIS_SEVEN, BOUNDLESS)))
            elif random.random() < 0.5:
                cheat.leave()
            subscription = cheat.world.holder_of(cheat.id).subscription
            if subscription is not None and subscription.version.terms.is_free:
                given += cheat.answer(random.randrange(12))
        months = (cheat.billing.at - began) // timedelta(days=28) + 1
        assert 10 < given <= 10 * months


class TestGraceOfAnEarlierSubscription:
    """To see these fail, let ``lock_unpaid_at`` find nothing."""

    def overdue(self, cheat: PayingUser) -> int:
        """Answers that were given in grace, which nothing was paid for."""
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10
        cheat.wait(days=28)
        in_grace = cheat.answer(20)
        cheat.leave()
        return in_grace

    def test_counts_as_use_of_the_one_that_is_bought_next(self, cheat: PayingUser) -> None:
        in_grace = self.overdue(cheat)
        assert in_grace == 2
        cheat.wait(days=1)
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10 - in_grace

    def test_counts_once(self, cheat: PayingUser) -> None:
        self.overdue(cheat)
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 8
        cheat.leave()
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10

    @pytest.mark.parametrize("plan", [GRATIS, BOUNDLESS])
    def test_counts_still_after_a_plan_that_was_left_at_once(
        self, cheat: PayingUser, plan: PlanVersion
    ) -> None:
        """To see it fail, let a plan of price 0, or without a limit, take over the use."""
        in_grace = self.overdue(cheat)
        pay_in(cheat.id, 2 * PRICE)
        cheat.subscribe(plan)
        cheat.leave()
        assert cheat.available == 2 * PRICE
        cheat.subscribe(TEN)
        assert cheat.answer(20) == 10 - in_grace

    def test_counts_once_in_a_plan_of_price_0_that_it_is_changed_to(
        self, cheat: PayingUser
    ) -> None:
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10
        cheat.wait(days=28)
        in_grace = cheat.answer(20)
        cheat.wait(days=1, hours=3)
        cheat.service.change(cheat.principal, PlanChange(GRATIS_DAY.code))
        assert cheat.answer(20) == 10 - in_grace

    def test_counts_no_more_when_its_period_is_over(self, cheat: PayingUser) -> None:
        self.overdue(cheat)
        cheat.wait(days=31)
        cheat.pay_and_subscribe(TEN)
        assert cheat.answer(20) == 10
