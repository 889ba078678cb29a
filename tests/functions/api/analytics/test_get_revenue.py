"""GET /api/v1/analytics/revenue, through the function itself."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from functions.api.analytics.get_revenue.handler import handler as get_revenue
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.database import transaction
from mara.wiring.ledger import ledger_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import Billing, add_plan

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/analytics/revenue"
TODAY = datetime.now(UTC).date()


@pytest.fixture
def admin() -> Account:
    return make_account("anna", Role.ADMIN)


def ask(account: Account, **query: str) -> Answer:
    return call(get_revenue, "GET", PATH, headers=account.headers, query=query)


def sell() -> None:
    """Two users pay for a month, now; one of them has a credit by hand."""
    billing = Billing(at=datetime.now(UTC))
    team = add_plan(plan_version("team", price=30 * USDT))
    business = add_plan(plan_version("business", price=50 * USDT))
    boris = billing.subscriber(team, available=40 * USDT)
    billing.subscriber(business, available=50 * USDT)
    with transaction(SYSTEM):
        ledger_service().credit(boris, 5 * USDT, Cause("credit 1", "credit 1"))


def last(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = answer.json["items"][-1]
    return found


class TestGetRevenue:
    def test_answers_what_was_sold_today(self, admin: Account) -> None:
        sell()
        today = last(ask(admin, by="day"))
        assert (today["mrr"], today["arr"], today["users"]) == ("80.000000", "960.000000", 2)
        assert today["movements"] == {
            "new": "80.000000",
            "reactivation": "0.000000",
            "expansion": "0.000000",
            "contraction": "0.000000",
            "churn": "0.000000",
        }
        assert (today["charged"], today["credits"]) == ("80.000000", "5.000000")
        assert today["cash_in"]["tron"] == "90.000000"
        assert today["arpu"] == "40.000000"
        assert (today["logo_churn"], today["ltv"], today["trial_conversion"]) == (None, None, None)

    def test_of_one_plan_has_its_figures_alone(self, admin: Account) -> None:
        sell()
        today = last(ask(admin, by="day", plan="team"))
        assert (today["mrr"], today["users"], today["charged"]) == ("30.000000", 1, "30.000000")
        assert (today["cash_in"], today["credits"]) == (None, None)

    def test_answers_twelve_months_unless_asked_for_others(self, admin: Account) -> None:
        items = ask(admin).json["items"]
        assert len(items) == 12
        assert all(before["end"] == after["start"] for before, after in pairwise(items))
        assert {item["mrr"] for item in items} == {"0.000000"}

    def test_answers_a_table(self, admin: Account) -> None:
        sell()
        answer = ask(admin, by="day", format="csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        header, *lines = csv.reader(io.StringIO(answer.text))
        found = dict(zip(header, lines[-1], strict=True))
        assert (found["mrr"], found["movements.new"]) == ("80.000000", "80.000000")
        assert (found["cash_in.tron"], found["logo_churn"]) == ("90.000000", "")

    @pytest.mark.parametrize("accept", ["image/svg+xml", "image/svg+xml, application/json;q=0.5"])
    def test_answers_a_chart_in_the_language_of_the_request(
        self, admin: Account, accept: str
    ) -> None:
        sell()
        headers = {**admin.headers, "accept": accept, "accept-language": "ru"}
        answer = call(get_revenue, "GET", PATH, headers=headers)
        assert answer.status == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.headers["content-language"] == "ru"
        assert "script" not in answer.headers["content-security-policy"]
        assert answer.text.startswith("<svg")
        assert "Выручка по дням" in answer.text
        assert "Revenue by day" in ask(admin, format="svg").text

    @pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/html"])
    def test_answers_json_unless_another_format_is_preferred(
        self, admin: Account, accept: str
    ) -> None:
        headers = {**admin.headers, "accept": accept}
        assert call(get_revenue, "GET", PATH, headers=headers).json["items"]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"from": "2026-02-01", "to": "2026-02-01"}, "invalid_report_range"),
            ({"from": "2026-02-02", "to": "2026-02-01"}, "invalid_report_range"),
            ({"from": "2016-01-01", "to": "2026-01-01"}, "invalid_report_range"),
            ({"from": "0001-01-01", "to": "0001-02-01"}, "invalid_report_range"),
            ({"to": "1999-12-31"}, "invalid_report_range"),
            ({"from": "9999-12-31"}, "invalid_report_range"),
            ({"from": "yesterday"}, "bad_request"),
            ({"by": "hour"}, "bad_request"),
            ({"format": "xls"}, "bad_request"),
            ({"plan": "x" * 41}, "bad_request"),
        ],
        ids=str,
    )
    def test_refuses_a_wrong_query(self, admin: Account, query: dict[str, str], code: str) -> None:
        answer = ask(admin, **query)
        assert (answer.status, answer.json["code"]) == (422, code)

    def test_finds_no_figures_of_an_unknown_plan(self, admin: Account) -> None:
        answer = ask(admin, plan="none")
        assert (answer.status, answer.json["code"]) == (404, "plan_not_found")

    def test_refuses_users(self) -> None:
        assert ask(make_account("boris")).status == 403
        assert call(get_revenue, "GET", PATH).status == 401

    def test_takes_days_of_five_years(self, admin: Account) -> None:
        first = TODAY - timedelta(days=1829)
        assert len(ask(admin, **{"from": str(first)}, by="day").json["items"]) == 1830
