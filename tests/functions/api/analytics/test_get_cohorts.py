"""GET /api/v1/analytics/cohorts, through the function itself."""

import csv
import io
from datetime import UTC, datetime

import pytest

from functions.api.analytics.get_cohorts.handler import handler as get_cohorts
from mara.kernel.principal import Role
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import Billing, add_plan

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/analytics/cohorts"
RANGE = {"from": "2026-01-01", "to": "2026-05-01"}


@pytest.fixture
def admin() -> Account:
    return make_account("anna", Role.ADMIN)


def ask(account: Account, **query: str) -> Answer:
    return call(get_cohorts, "GET", PATH, headers=account.headers, query=query)


def sell() -> None:
    """Two begin in January, of whom one pays for three months; one begins in February."""
    version = add_plan(plan_version("cohorts", price=10 * USDT, grace_days=0))
    billing = Billing(at=datetime(2026, 1, 15, tzinfo=UTC))
    billing.subscriber(version, available=30 * USDT)
    billing.subscriber(version, available=10 * USDT)
    billing.wait(days=27)
    billing.subscriber(version, available=100 * USDT)
    for _ in range(6):
        billing.wait(days=15)


class TestGetCohorts:
    def test_answers_who_stays_at_the_end_of_each_month(self, admin: Account) -> None:
        sell()
        january, february = ask(admin, **RANGE).json["items"]
        assert (january["cohort"], january["users"]) == ("2026-01", 2)
        assert [
            (one["month"], one["users_with_mrr"], one["share"]) for one in january["months"]
        ] == [
            ("2026-01", 2, 1.0),
            ("2026-02", 1, 0.5),
            ("2026-03", 1, 0.5),
            ("2026-04", 0, 0.0),
        ]
        assert (february["cohort"], february["users"]) == ("2026-02", 1)
        assert [one["share"] for one in february["months"]] == [1.0, 1.0, 1.0]

    def test_has_no_months_that_have_not_ended(self, admin: Account) -> None:
        sell()
        query = {**RANGE, "to": "2026-03-31"}
        january = ask(admin, **query).json["items"][0]
        assert [one["number"] for one in january["months"]] == [0, 1]

    def test_answers_a_table(self, admin: Account) -> None:
        sell()
        header, *lines = csv.reader(io.StringIO(ask(admin, format="csv", **RANGE).text))
        assert header == ["cohort", "users", "month", "number", "users_with_mrr", "share"]
        assert lines[1] == ["2026-01", "2", "2026-02", "1", "1", "0.5"]
        assert len(lines) == 4 + 3

    def test_is_empty_without_payments(self, admin: Account) -> None:
        assert ask(admin).json["items"] == []

    @pytest.mark.parametrize("query", [{"from": "2016-01-01"}, {"by": "day"}, {"to": "x"}])
    def test_refuses_a_wrong_query(self, admin: Account, query: dict[str, str]) -> None:
        assert ask(admin, **query).status == 422

    def test_refuses_users(self) -> None:
        assert ask(make_account("boris")).status == 403
        assert call(get_cohorts, "GET", PATH).status == 401
