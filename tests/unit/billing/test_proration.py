"""Changes of plan and cancellations cost and give back what time and use leave."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.billing.errors import OnlyAtPeriodEnd
from mara.billing.model.periods import Period
from mara.billing.model.plan import PRICE_MAX
from mara.billing.model.proration import (
    PaidPeriod,
    UsedAllowance,
    blended_allowance,
    price_of_new_period,
    price_within_period,
    unused_on_cancellation,
)
from tests.support.billing import NOW, USDT, plan_terms

PERIOD = Period(NOW, NOW + timedelta(days=30))
HALF = NOW + timedelta(days=15)
PRICES = st.integers(0, PRICE_MAX)
MOMENTS = st.integers(0, PERIOD.length).map(lambda us: NOW + timedelta(microseconds=us))
SHARES = st.fractions(0, 1, max_denominator=10**9)


class TestPriceWithinPeriod:
    def test_charges_the_difference_for_the_rest(self) -> None:
        price = price_within_period(
            PaidPeriod(PERIOD, 10 * USDT, 10 * USDT), plan_terms(30 * USDT), HALF
        )
        assert (price.rest, price.unused, price.total) == (15 * USDT, 5 * USDT, 10 * USDT)

    def test_gives_no_money_back_and_says_how_much_is_given_up(self) -> None:
        price = price_within_period(
            PaidPeriod(PERIOD, 30 * USDT, 30 * USDT), plan_terms(10 * USDT), HALF
        )
        assert (price.total, price.given_up) == (0, 10 * USDT)

    def test_counts_as_unused_at_most_what_was_paid(self) -> None:
        price = price_within_period(
            PaidPeriod(PERIOD, 30 * USDT, USDT), plan_terms(40 * USDT), HALF
        )
        assert price.unused == USDT

    @given(st.lists(st.tuples(PRICES, MOMENTS), min_size=1, max_size=5), PRICES)
    def test_of_several_rising_changes_adds_up_to_the_parts_of_the_period(
        self, changes: list[tuple[int, datetime]], first: int
    ) -> None:
        moments = sorted(at for _, at in changes)
        prices = sorted([first, *(price for price, _ in changes)])
        paid = prices[0]
        exact = Fraction(0)
        starts = [NOW, *moments]
        ends = [*moments, PERIOD.end]
        for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
            exact += Fraction(prices[number]) * Period(start, end).length / PERIOD.length
        for number, at in enumerate(moments):
            before = PaidPeriod(PERIOD, prices[number], paid)
            paid += price_within_period(before, plan_terms(prices[number + 1]), at).total
        assert abs(paid - exact) <= 2 * len(moments)

    @given(PRICES, PRICES, PRICES, MOMENTS)
    def test_charges_never_less_than_nothing_and_never_more_than_the_new_price(
        self, old: int, paid: int, new: int, at: datetime
    ) -> None:
        price = price_within_period(PaidPeriod(PERIOD, old, paid), plan_terms(new), at)
        assert 0 <= price.total <= new
        assert price.unused + price.given_up <= paid


class TestPriceOfNewPeriod:
    def test_is_the_new_price_less_what_a_cancellation_gives_back(self) -> None:
        assert price_of_new_period(plan_terms(30 * USDT), 5 * USDT).total == 25 * USDT

    def test_is_never_negative(self) -> None:
        assert price_of_new_period(plan_terms(5 * USDT), 5 * USDT).total == 0
        with pytest.raises(OnlyAtPeriodEnd):
            price_of_new_period(plan_terms(5 * USDT), 5 * USDT + 1)


class TestUnusedOnCancellation:
    PAID = PaidPeriod(PERIOD, 30 * USDT, 30 * USDT)

    def given_back(self, *allowances: UsedAllowance, usage: Period = PERIOD) -> int:
        return unused_on_cancellation(self.PAID, usage, allowances, HALF)

    def test_is_the_time_that_is_left(self) -> None:
        assert self.given_back() == 15 * USDT

    def test_is_nothing_where_an_allowance_is_used_up(self) -> None:
        assert self.given_back(UsedAllowance(100, 0), UsedAllowance(10, 10)) == 0
        assert self.given_back(UsedAllowance(10, 11)) == 0

    def test_is_the_least_share_that_is_left(self) -> None:
        assert self.given_back(UsedAllowance(100, 90), UsedAllowance(10, 1)) == 3 * USDT
        assert self.given_back(UsedAllowance(100, 20)) == 15 * USDT

    def test_ignores_an_allowance_of_nothing(self) -> None:
        assert self.given_back(UsedAllowance(0, 0)) == 15 * USDT

    def test_counts_later_usage_periods_whole(self) -> None:
        usage = Period(NOW, NOW + timedelta(days=20))
        assert self.given_back(UsedAllowance(10, 10), usage=usage) == 10 * USDT

    @given(PRICES, PRICES, MOMENTS, st.integers(0, 200))
    def test_is_never_more_than_was_paid_or_than_the_time_left_is_worth(
        self, price: int, paid: int, at: datetime, taken: int
    ) -> None:
        found = unused_on_cancellation(
            PaidPeriod(PERIOD, price, paid),
            PERIOD,
            [UsedAllowance(100, taken)],
            at,
        )
        left = Fraction(PERIOD.remaining(at), PERIOD.length)
        assert 0 <= found <= paid
        assert found <= price * left


class TestBlendedAllowance:
    def test_is_the_old_one_for_the_time_past_and_the_new_one_for_the_rest(self) -> None:
        assert blended_allowance(100, 100, 1000, used=7, share=Fraction(1, 4)) == 325

    def test_from_unlimited_keeps_what_was_used(self) -> None:
        assert blended_allowance(None, None, 100, used=7000, share=Fraction(1, 2)) == 7050

    def test_to_unlimited_is_unlimited(self) -> None:
        assert blended_allowance(100, 100, None, used=7, share=Fraction(1, 2)) is None

    @given(st.integers(0, 10**6), st.integers(0, 10**6), SHARES, SHARES)
    def test_of_a_change_up_and_down_again_gives_what_the_time_between_is_worth(
        self, low: int, high: int, first: Fraction, second: Fraction
    ) -> None:
        first, second = max(first, second), min(first, second)
        up = blended_allowance(low, low, high, used=0, share=first)
        down = blended_allowance(up, high, low, used=0, share=second)
        assert down == low + (high - low) * (first - second)
