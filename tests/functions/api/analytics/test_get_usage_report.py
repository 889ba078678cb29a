"""GET /api/v1/analytics/usage, through the function itself."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from functions.api.analytics.get_usage_report.handler import handler as get_usage_report
from mara.billing.errors import UsageLimitReached
from mara.billing.model.meters import Meter
from mara.billing.model.usage_request import UsageRequest
from mara.kernel.principal import Role
from mara.platform.database import transaction
from mara.wiring.metering import metering
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import Billing, add_plan

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/analytics/usage"


@pytest.fixture
def admin() -> Account:
    return make_account("anna", Role.ADMIN)


def ask(account: Account, **query: str) -> Answer:
    return call(get_usage_report, "GET", PATH, headers=account.headers, query=query)


def last(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = answer.json["items"][-1]
    return found


def use(answers: int, tokens: int, refused: int = 0) -> None:
    """A subscriber with an allowance of ``answers`` uses it up, and asks further."""
    version = add_plan(
        plan_version("report-use", price=30 * USDT, allowances=allowances(answers=answers))
    )
    owner_id = Billing(at=datetime.now(UTC)).subscriber(version, available=30 * USDT)
    for number in range(answers):
        given = {Meter.ANSWERS: 1, Meter.GENERATED_TOKENS: 10 * tokens}
        metering().reserve(UsageRequest(owner_id, given, f"{number}", f"answer {number}"))
        with transaction(owner_id):
            used = {Meter.ANSWERS: 1, Meter.GENERATED_TOKENS: tokens}
            metering().settle(owner_id, f"{number}", used)
    for number in range(refused):
        with pytest.raises(UsageLimitReached):
            request = UsageRequest(owner_id, {Meter.ANSWERS: 1}, f"more {number}", "more")
            metering().reserve(request)


class TestGetUsageReport:
    def test_answers_what_was_used_and_refused_today(self, admin: Account) -> None:
        use(3, tokens=200, refused=2)
        today = last(ask(admin, by="day"))
        assert (today["answers"], today["tokens"], today["refusals"]) == (3, 600, 2)
        # 600 tokens at 0.0002 USDT for 1000.
        assert (today["cost"], today["cost_per_answer"]) == ("0.000120", "0.000040")

    def test_answers_what_it_costs_as_it_is_set(
        self, admin: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_COST_PER_1000_TOKENS", "1.5")
        use(2, tokens=1000)
        today = last(ask(admin, by="day"))
        assert (today["cost"], today["cost_per_answer"]) == ("3.000000", "1.500000")

    def test_sets_what_subscriptions_earn_against_it(self, admin: Account) -> None:
        use(2, tokens=1000)
        first = f"{datetime.now(UTC):%Y-%m-%d}"
        items = ask(admin, **{"from": first, "to": "2030-01-01"}, by="month").json["items"]
        assert sum(float(item["revenue"]) for item in items) == pytest.approx(30)
        assert all(item["margin"] is None for item in items if float(item["revenue"]) == 0)
        one = items[0]
        margin = 1 - float(one["cost"]) / float(one["revenue"]) if one["margin"] else None
        assert one["margin"] == pytest.approx(margin, abs=1e-6)

    def test_has_nulls_where_nothing_was_used(self, admin: Account) -> None:
        today = last(ask(admin, by="day"))
        assert (today["answers"], today["refusals"]) == (0, 0)
        quotients = (today["price_per_answer"], today["cost_per_answer"], today["margin"])
        assert quotients == (None, None, None)

    def test_answers_a_table(self, admin: Account) -> None:
        use(1, tokens=5)
        header, *lines = csv.reader(io.StringIO(ask(admin, by="day", format="csv").text))
        assert dict(zip(header, lines[-1], strict=True))["tokens"] == "5"

    @pytest.mark.parametrize(
        "query", [{"from": "2016-01-01"}, {"to": "1990-01-01"}, {"by": "year"}, {"plan": "team"}]
    )
    def test_refuses_a_wrong_query(self, admin: Account, query: dict[str, str]) -> None:
        assert ask(admin, **query).status == 422

    def test_refuses_users(self) -> None:
        assert ask(make_account("boris")).status == 403
        assert call(get_usage_report, "GET", PATH).status == 401
