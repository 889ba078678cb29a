"""Lines of invoices add up to what is charged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.billing.model.invoice import (
    LineKind,
    change_lines,
    credit_note_number,
    invoice_number,
    period_lines,
)
from mara.billing.model.plan import PERCENT_MAX, PRICE_MAX
from mara.billing.model.proration import ChangePrice
from tests.support.billing import plan_terms


class TestPeriodLines:
    @given(st.integers(0, PRICE_MAX), st.integers(0, PERCENT_MAX))
    def test_add_up_to_the_effective_price(self, price: int, percent: int) -> None:
        terms = plan_terms(price, discount_percent=percent)
        assert sum(line.amount for line in period_lines(terms)) == terms.effective_price

    def test_show_a_discount_only_if_there_is_one(self) -> None:
        assert [line.kind for line in period_lines(plan_terms())] == [LineKind.BASE]


class TestChangeLines:
    def test_add_up_to_the_price_of_the_change(self) -> None:
        price = ChangePrice(rest=15, unused=5)
        assert sum(line.amount for line in change_lines(price)) == price.total


@pytest.mark.parametrize(("count", "number"), [(123, "2026-000123"), (1_234_567, "2026-1234567")])
def test_numbers_have_six_digits_or_more(count: int, number: str) -> None:
    assert invoice_number(2026, count) == number
    assert credit_note_number(2026, count) == number.replace("-", "-C-")
