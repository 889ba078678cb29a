"""Subscriptions, through the functions themselves."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.api.billing.cancel_subscription.handler import handler as cancel_subscription
from functions.api.billing.change_subscription.handler import handler as change_subscription
from functions.api.billing.create_credit_note.handler import handler as create_credit_note
from functions.api.billing.create_plan.handler import handler as create_plan
from functions.api.billing.get_subscription.handler import handler as get_subscription
from functions.api.billing.limit_overage.handler import handler as limit_overage
from functions.api.billing.list_invoices.handler import handler as list_invoices
from functions.api.billing.list_subscription_events.handler import handler as list_events
from functions.api.billing.resume_subscription.handler import handler as resume_subscription
from functions.api.billing.subscribe.handler import handler as subscribe
from functions.api.notifications.list_events.handler import handler as list_changes
from mara.kernel.principal import Role
from mara.wallets.model import Network
from mara.wiring.billing import charging_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT
from tests.support.events import Answer, call
from tests.support.plans import plan_body
from tests.support.scanning import begin_scans
from tests.support.subscriptions import orphan, pay_in, send

pytestmark = pytest.mark.usefixtures("plans")

MY = "/api/v1/subscriptions/my"
PRICE = "26.100000"
"""Of the plan ``team``: 29 USDT with a discount of 10 percent."""


@pytest.fixture
def plans(database: str) -> None:
    """The plans ``team``, ``business`` and ``tried``, and networks that were scanned."""
    begin_scans()
    admin = make_account("admin", Role.ADMIN)
    for body in (
        plan_body(),
        {**plan_body(price="99", discount_percent=0), "code": "business"},
        {**plan_body(trial_days=14), "code": "tried"},
    ):
        assert (
            call(create_plan, "POST", "/api/v1/plans", body=body, headers=admin.headers).status
            == 201
        )


@pytest.fixture
def anna(plans: None) -> Account:
    return make_account("anna")


def subscribed(account: Account, plan: str = "team", **body: Any) -> Answer:
    body = {"plan": plan, **body}
    return call(subscribe, "POST", "/api/v1/subscriptions", body=body, headers=account.headers)


def shown(account: Account) -> Any:
    answer = call(get_subscription, "GET", MY, headers=account.headers)
    assert answer.status == 200
    return answer.json


def changed(account: Account, plan: str, **body: Any) -> Answer:
    path, body = f"{MY}/change", {"plan": plan, **body}
    return call(change_subscription, "POST", path, body=body, headers=account.headers)


def cancelled(account: Account, **body: Any) -> Answer:
    return call(cancel_subscription, "POST", f"{MY}/cancel", body=body, headers=account.headers)


def resumed(account: Account) -> Answer:
    return call(resume_subscription, "POST", f"{MY}/resume", headers=account.headers)


def limited(account: Account, limit: Any) -> Answer:
    body = {"overage_limit": limit}
    return call(limit_overage, "PATCH", MY, body=body, headers=account.headers)


class TestSubscribe:
    def test_charges_what_the_balance_covers(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        answer = subscribed(anna)
        assert (answer.status, answer.json["state"]) == (201, "active")
        assert answer.json["next_charge"]["amount"] == PRICE
        assert answer.json["pay"] == []
        assert shown(anna)["period"] == answer.json["period"]

    def test_without_money_says_where_to_pay_what_is_missing(self, anna: Account) -> None:
        pay_in(anna.id, 6_100_000)
        answer = subscribed(anna)
        assert (answer.status, answer.json["state"]) == (201, "incomplete")
        assert answer.json["missing"] == "20.000000"
        assert {one["network"] for one in answer.json["pay"]} == set(Network)
        for one in answer.json["pay"]:
            assert one["amount"] == "20.000000"
            assert one["address"] in one["qr"]["payload"]
        (arbitrum,) = (one for one in answer.json["pay"] if one["network"] == "arbitrum")
        assert arbitrum["qr"]["payload"].endswith("&uint256=20000000")
        assert answer.json["ends"]["reason"] == "expired"
        assert answer.json["invoice"]["total"] == PRICE

    def test_becomes_active_by_itself_when_the_money_has_arrived(self, anna: Account) -> None:
        subscribed(anna)
        deposit = send(anna.id, 26_100_000)
        seen = shown(anna)
        assert (seen["in_flight"], seen["missing"], seen["pay"]) == (PRICE, "0.000000", [])
        orphan(deposit)
        assert shown(anna)["missing"] == PRICE
        pay_in(anna.id, 26_100_000)
        charging_service().charge_due()
        assert shown(anna)["state"] == "active"

    def test_asks_for_the_minimum_of_a_network_at_least(self, anna: Account) -> None:
        pay_in(anna.id, 26_000_000)
        assert {one["amount"] for one in subscribed(anna).json["pay"]} == {"1.000000"}

    def test_gives_each_user_one_trial(self, anna: Account) -> None:
        assert subscribed(anna, "tried").json["state"] == "trialing"
        assert cancelled(anna, now=True).status == 200
        assert subscribed(anna, "tried").json["state"] == "incomplete"

    def test_refuses_a_second_subscription(self, anna: Account) -> None:
        subscribed(anna)
        again = subscribed(anna)
        assert (again.status, again.json["code"]) == (409, "subscription_exists")

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"plan": "unknown"}, 404, "plan_not_found"),
            ({"plan": "free"}, 409, "plan_archived"),
            ({"plan": "team", "version": 2}, 409, "plan_changed"),
            ({"plan": ""}, 422, "bad_request"),
            ({"plan": "team", "version": 0}, 422, "bad_request"),
            ({}, 422, "bad_request"),
        ],
    )
    def test_refuses_bad_input(
        self, anna: Account, body: dict[str, Any], status: int, code: str
    ) -> None:
        answer = call(subscribe, "POST", "/api/v1/subscriptions", body=body, headers=anna.headers)
        assert (answer.status, answer.json["code"]) == (status, code)
        assert shown(anna)["state"] == "default"


class TestGetSubscription:
    def test_shows_the_default_plan_without_a_subscription(self, anna: Account) -> None:
        found = shown(anna)
        assert (found["state"], found["plan"]["code"], found["id"]) == ("default", "free", None)

    def test_shows_nothing_of_other_users(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        subscribed(anna)
        assert shown(make_account("boris"))["state"] == "default"


class TestChange:
    @pytest.fixture(autouse=True)
    def _active(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        subscribed(anna)

    def test_without_money_says_where_to_pay_and_changes_nothing(self, anna: Account) -> None:
        answer = changed(anna, "business")
        assert (answer.status, answer.json["code"]) == (402, "insufficient_funds")
        assert {one["amount"] for one in answer.json["pay"]} == {answer.json["missing"]}
        assert shown(anna)["plan"]["code"] == "team"

    def test_subtracts_deposits_in_flight_from_what_is_to_pay(self, anna: Account) -> None:
        missing = changed(anna, "business").json["missing"]
        send(anna.id, 10 * USDT)
        first = changed(anna, "business").json["pay"][0]
        assert float(first["amount"]) == pytest.approx(float(missing) - 10, abs=0.01)

    def test_posts_exactly_the_lines_of_its_preview(self, anna: Account) -> None:
        pay_in(anna.id, 100 * USDT)
        preview = changed(anna, "business", preview=True).json
        assert preview["is_preview"]
        assert preview["subscription"]["plan"]["code"] == "team"
        posted = changed(anna, "business", as_of=preview["as_of"])
        assert posted.status == 200
        assert posted.json["lines"] == preview["lines"]
        assert posted.json["total"] == preview["total"]
        assert posted.json["refundable"] == preview["refundable"]
        assert posted.json["subscription"]["plan"]["code"] == "business"
        gives_back = cancelled(anna, now=True, preview=True).json["gives_back"]
        assert 0 < float(gives_back) <= float(preview["refundable"])

    def test_a_preview_shows_what_is_missing(self, anna: Account) -> None:
        preview = changed(anna, "business", preview=True)
        assert preview.status == 200
        assert float(preview.json["missing"]) > 0

    def test_refuses_a_preview_that_is_outdated(self, anna: Account) -> None:
        pay_in(anna.id, 100 * USDT)
        preview = changed(anna, "business", preview=True).json
        assert limited(anna, "1").status == 200
        answer = changed(anna, "business", as_of=preview["as_of"])
        assert (answer.status, answer.json["code"]) == (409, "preview_outdated")

    @pytest.mark.parametrize("act", [changed, cancelled], ids=["change", "cancel"])
    def test_refuses_a_preview_that_a_credit_note_has_outdated(
        self, anna: Account, act: Callable[..., Answer]
    ) -> None:
        pay_in(anna.id, 100 * USDT)
        given: dict[str, Any] = {"plan": "business"} if act is changed else {"now": True}
        preview = act(anna, **given, preview=True).json
        root = make_account("root", Role.SUPERUSER)
        page = call(list_invoices, "GET", f"{MY}/invoices", headers=anna.headers)
        path = f"/api/v1/admin/invoices/{page.json['items'][0]['id']}/credit-notes"
        body = {"amount": "1.5", "reason": "an outage"}
        noted = call(create_credit_note, "POST", path, body=body, headers=root.headers)
        assert noted.status == 201
        answer = act(anna, **given, as_of=preview["as_of"])
        assert (answer.status, answer.json["code"]) == (409, "preview_outdated")

    def test_plans_a_change_at_the_end_of_the_period_and_takes_it_back(self, anna: Account) -> None:
        answer = changed(anna, "business", when="period_end").json
        planned = answer["subscription"]
        assert answer["refundable"] is None
        assert planned["next"]["plan"]["code"] == "business"
        assert planned["next"]["at"] == planned["period"]["end"]
        assert planned["next_charge"]["amount"] == "99.000000"
        taken_back = changed(anna, "team", when="period_end").json["subscription"]
        assert taken_back["next"] is None

    def test_refuses_the_plan_that_holds(self, anna: Account) -> None:
        answer = changed(anna, "team")
        assert (answer.status, answer.json["code"]) == (409, "same_plan")


class TestCancelAndResume:
    @pytest.fixture(autouse=True)
    def _active(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        subscribed(anna)

    def test_cancels_at_the_end_and_resumes(self, anna: Account) -> None:
        found = cancelled(anna).json["subscription"]
        assert found["cancel_at"] == found["period"]["end"]
        assert (found["ends"]["reason"], found["next_charge"]) == ("cancelled", None)
        again = cancelled(anna)
        assert (again.status, again.json["code"]) == (409, "not_in_this_state")
        assert again.json["possible"] == ["resume"]
        refused = changed(anna, "business")
        assert (refused.status, refused.json["code"]) == (409, "subscription_cancelling")
        assert resumed(anna).json["cancel_at"] is None
        assert resumed(anna).status == 409

    def test_gives_back_now_what_the_preview_showed(self, anna: Account) -> None:
        preview = cancelled(anna, now=True, preview=True).json
        assert 0 < float(preview["gives_back"]) <= 26.1
        assert preview["subscription"]["state"] == "active"
        done = cancelled(anna, now=True, as_of=preview["as_of"]).json
        assert done["gives_back"] == preview["gives_back"]
        assert done["subscription"]["state"] == "default"

    def test_without_a_subscription_finds_nothing(self) -> None:
        boris = make_account("boris")
        for answer in (cancelled(boris), resumed(boris), changed(boris, "team")):
            assert (answer.status, answer.json["code"]) == (404, "subscription_not_found")


class TestLimitOverage:
    def test_limits_it(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        subscribed(anna)
        assert limited(anna, "12.5").json["overage_limit"] == "12.500000"
        assert shown(anna)["overage_limit"] == "12.500000"

    @pytest.mark.parametrize("limit", ["-1", "1e3", "0.0000001", 5, None, "9" * 14])
    def test_refuses_what_is_no_amount(self, anna: Account, limit: object) -> None:
        answer = limited(anna, limit)
        assert (answer.status, answer.json["code"]) == (422, "bad_request")


class TestListEvents:
    def test_lists_what_happened_newest_first_by_pages(self, anna: Account) -> None:
        pay_in(anna.id, 30 * USDT)
        subscribed(anna)
        cancelled(anna)
        resumed(anna)
        kinds, cursor = [], None
        for _ in range(3):
            query = {"limit": "1", "total": "true", **({"cursor": cursor} if cursor else {})}
            page = call(list_events, "GET", f"{MY}/events", query=query, headers=anna.headers)
            assert page.json["total"] == 3
            kinds += [item["kind"] for item in page.json["items"]]
            cursor = page.json["next_cursor"]
        assert kinds == ["Resume", "CancelAtEnd", "StartPeriod"]
        assert cursor is None

    def test_lists_nothing_of_other_users(self, anna: Account) -> None:
        subscribed(anna)
        boris = make_account("boris")
        page = call(list_events, "GET", f"{MY}/events", headers=boris.headers)
        assert page.json["items"] == []


class TestEvents:
    def test_report_each_state_of_the_subscription(self, anna: Account) -> None:
        subscribed(anna)
        pay_in(anna.id, 26_100_000)
        charging_service().charge_due()
        found = call(list_changes, "GET", "/api/v1/events", headers=anna.headers).json["items"]
        changes = [(one["state"], one["url"]) for one in found if one["type"] == "subscription"]
        assert changes == [("incomplete", MY), ("active", MY)]
