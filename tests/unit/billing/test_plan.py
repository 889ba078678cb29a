"""Terms of plans are within their ranges, and prices are exact."""

from typing import Any

import pytest

from mara.billing.errors import InvalidPlan
from mara.billing.model.meters import Meter, overage_price
from mara.billing.model.plan import PRICE_MAX, Plan, Visibility
from tests.support.billing import allowances, plan_terms, plan_version


class TestPlanTerms:
    @pytest.mark.parametrize(
        ("price", "percent", "effective"),
        [(10_000_000, 0, 10_000_000), (10_000_001, 50, 5_000_001), (3, 50, 2), (1, 51, 0),
         (10, 100, 0)],
    )  # fmt: skip
    def test_round_a_discounted_price_half_up(
        self, price: int, percent: int, effective: int
    ) -> None:
        assert plan_terms(price, discount_percent=percent).effective_price == effective

    @pytest.mark.parametrize(
        "terms",
        [
            {"price": -1},
            {"price": PRICE_MAX + 1},
            {"discount_percent": 101},
            {"discount_percent": -1},
            {"trial_days": 91},
            {"grace_days": 31},
            {"grace_percent": 101},
            {"allowances": {Meter.ANSWERS: 1}},
            {"allowances": allowances(pages=-1)},
            {"overage_prices": {Meter.AGENTS: 1}},
            {"overage_prices": {Meter.PAGES: -1}},
        ],
        ids=str,
    )
    def test_out_of_range_are_refused(self, terms: dict[str, Any]) -> None:
        with pytest.raises(InvalidPlan):
            plan_terms(**terms)

    @pytest.mark.parametrize(
        ("meter", "units", "price", "cost"),
        [(Meter.ANSWERS, 3, 20_000, 60_000), (Meter.GENERATED_TOKENS, 1, 500, 1),
         (Meter.GENERATED_TOKENS, 2001, 500, 1001), (Meter.PAGES, 0, 7, 0)],
    )  # fmt: skip
    def test_round_the_price_of_overage_up_once(
        self, meter: Meter, units: int, price: int, cost: int
    ) -> None:
        assert overage_price(meter, units, price) == cost


class TestPlan:
    def plan(self, code: str, *, is_default: bool = False, **terms: Any) -> Plan:
        version = plan_version(**terms)
        return Plan(version.plan_id, code, {}, Visibility.PUBLIC, is_default, version)

    @pytest.mark.parametrize("code", ["", "Team", "1team", "a b", "a" * 41, "тариф", "team\n"])
    def test_with_a_code_that_is_no_code_is_refused(self, code: str) -> None:
        with pytest.raises(InvalidPlan):
            self.plan(code)

    @pytest.mark.parametrize(
        "terms", [{"price": 1}, {"trial_days": 1}, {"overage_prices": {Meter.PAGES: 1}}], ids=str
    )
    def test_that_is_the_default_costs_nothing(self, terms: dict[str, Any]) -> None:
        with pytest.raises(InvalidPlan):
            self.plan("free", is_default=True, **{"price": 0, **terms})
        assert self.plan("free", is_default=True, price=0).is_default
