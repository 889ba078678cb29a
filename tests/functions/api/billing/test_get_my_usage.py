"""GET /api/v1/usage/my, through the function itself."""

import pytest

from functions.api.billing.get_my_usage.handler import handler as get_my_usage
from mara.billing.model.meters import Meter
from mara.billing.model.usage_request import UsageRequest
from mara.platform.database import transaction
from mara.wiring.metering import level_service, metering
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, allowances, plan_version
from tests.support.events import call
from tests.support.subscriptions import pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/usage/my"


def usage_of(account: Account) -> dict[str, dict[str, object]]:
    """The items by meter."""
    answer = call(get_my_usage, "GET", PATH, headers=account.headers)
    assert answer.status == 200
    return {item["meter"]: item for item in answer.json["items"]}


class TestGetMyUsage:
    def test_shows_the_default_plan_to_a_new_account(self) -> None:
        answer = call(get_my_usage, "GET", PATH, headers=make_account().headers)
        assert (answer.status, answer.json["plan"]) == (200, "free")
        assert answer.json["overage_limit"] == "0.000000"
        assert [item["meter"] for item in answer.json["items"]] == list(Meter)
        for item in answer.json["items"]:
            assert item["included"] > 0
            assert (item["used"], item["reserved"], item["overage"]) == (0, 0, None)
            assert item["period"]["start"] < item["period"]["end"]

    def test_shows_what_was_used_and_what_is_reserved(self) -> None:
        account = make_account()
        metering().reserve(UsageRequest(account.id, {Meter.ANSWERS: 1}, "a", "answer a"))
        metering().reserve(UsageRequest(account.id, {Meter.ANSWERS: 2}, "b", "answer b"))
        with transaction(account.id):
            metering().settle(account.id, "a", {Meter.ANSWERS: 1})
            level_service().take_level(account.id, Meter.STORED_MB, 1_000_001)
        found = usage_of(account)
        assert (found["answers"]["used"], found["answers"]["reserved"]) == (1, 2)
        assert found["stored_mb"]["used"] == 2

    def test_shows_the_price_of_overage(self) -> None:
        version = plan_version(
            "overage-shown",
            allowances=allowances(answers=1),
            overage_prices={Meter.ANSWERS: 20_000},
        )
        account = make_account()
        pay_in(account.id, 11 * USDT)
        subscribe_now(account.id, version, overage_limit=USDT)
        metering().reserve(UsageRequest(account.id, {Meter.ANSWERS: 3}, "a", "answer a"))
        with transaction(account.id):
            metering().settle(account.id, "a", {Meter.ANSWERS: 2})
        found = usage_of(account)
        overage = {"used": 1, "price": "0.020000", "unit": 1, "spent": "0.020000"}
        assert found["answers"]["overage"] == overage
        assert found["pages"]["included"] is None

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(get_my_usage, "GET", PATH).status == 401
