"""POST /api/v1/plans, through the function itself."""

from typing import Any

import pytest

from functions.api.billing.create_plan.handler import handler as create_plan
from mara.kernel.principal import Role
from tests.support.accounts import Account, make_account
from tests.support.events import call
from tests.support.plans import PLAN, plan_body

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/plans"


@pytest.fixture
def admin() -> Account:
    return make_account("anna", Role.ADMIN)


class TestCreatePlan:
    def test_answers_the_plan_with_its_first_version(self, admin: Account) -> None:
        answer = call(create_plan, "POST", PATH, body=PLAN, headers=admin.headers)
        assert answer.status == 201
        assert answer.json["code"] == "team"
        assert (answer.json["version"], answer.json["default"]) == (1, False)
        assert answer.json["price"] == "29.000000"
        assert answer.json["effective_price"] == "26.100000"
        assert answer.json["allowances"]["answers"] == 2000
        assert answer.json["allowances"]["alerts"] is None
        assert answer.json["overage"]["answers"] == {"price": "0.020000", "unit": 1}
        assert answer.json["overage"]["alerts"] is None

    def test_refuses_a_code_that_is_taken(self, admin: Account) -> None:
        call(create_plan, "POST", PATH, body=PLAN, headers=admin.headers)
        answer = call(create_plan, "POST", PATH, body=PLAN, headers=admin.headers)
        assert (answer.status, answer.json["code"]) == (409, "plan_code_taken")

    @pytest.mark.parametrize(
        "terms",
        [
            {"price": "-1"},
            {"price": 29},
            {"price": "1000000.000001"},
            {"price": "NaN"},
            {"interval": {"unit": "year", "count": 6}},
            {"interval": {"unit": "hour"}},
            {"discount_percent": 101},
            {"trial_days": 91},
            {"grace_days": 31},
            {"allowances": {"answers": -1}},
            {"allowances": {"kilometres": 1}},
            {"overage": {"agents": {"price": "1"}}},
            {"features": ["wings"]},
        ],
        ids=str,
    )
    def test_refuses_terms_out_of_range_and_stores_nothing(
        self, admin: Account, terms: dict[str, Any]
    ) -> None:
        wrong = call(create_plan, "POST", PATH, body=plan_body(**terms), headers=admin.headers)
        assert wrong.status == 422
        assert call(create_plan, "POST", PATH, body=PLAN, headers=admin.headers).status == 201

    @pytest.mark.parametrize("code", ["", "Team", "a b", "тариф", "x" * 41])
    def test_refuses_a_code_that_is_none(self, admin: Account, code: str) -> None:
        body = {**PLAN, "code": code}
        assert call(create_plan, "POST", PATH, body=body, headers=admin.headers).status == 422

    def test_refuses_users(self) -> None:
        account = make_account("boris")
        assert call(create_plan, "POST", PATH, body=PLAN, headers=account.headers).status == 403
        assert call(create_plan, "POST", PATH, body=PLAN).status == 401
