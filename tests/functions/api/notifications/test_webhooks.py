"""The routes of outgoing webhooks, through the functions themselves."""

import base64
from typing import Any

import pytest

from functions.api.notifications.change_webhook.handler import handler as change_webhook
from functions.api.notifications.create_webhook.handler import handler as create_webhook
from functions.api.notifications.delete_webhook.handler import handler as delete_webhook
from functions.api.notifications.get_webhook.handler import handler as get_webhook
from functions.api.notifications.list_webhook_deliveries.handler import (
    handler as list_webhook_deliveries,
)
from functions.api.notifications.list_webhooks.handler import handler as list_webhooks
from functions.api.notifications.redeliver_webhook_deliveries.handler import (
    handler as redeliver_webhook_deliveries,
)
from functions.api.notifications.redeliver_webhook_delivery.handler import (
    handler as redeliver_webhook_delivery,
)
from functions.api.notifications.rotate_webhook_secret.handler import (
    handler as rotate_webhook_secret,
)
from functions.api.notifications.test_webhook.handler import handler as send_test_event
from mara.entrypoints.http import LambdaHandler
from tests.support.accounts import Account, make_account
from tests.support.billing import plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import pay_in, subscribe_now

URL = "https://hooks.example.com/mara"
PATH = "/api/v1/webhooks"


@pytest.fixture
def anna(database: str) -> Account:
    return make_account("anna")


@pytest.fixture(autouse=True)
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queues that a doorbell was sent to."""
    rung: list[str] = []
    monkeypatch.setattr("mara.platform.sqs.send", lambda queue, *_: rung.append(queue))
    return rung


def ask(
    account: Account, handler: LambdaHandler, method: str, rest: str = "", **parts: Any
) -> Answer:
    ids = [one for one in rest.split("/") if "-" in one]
    names = dict(zip(("webhook_id", "delivery_id"), ids, strict=False))
    return call(
        handler, method, PATH + rest, headers=account.headers, path_parameters=names, **parts
    )


def create(account: Account, **fields: Any) -> Answer:
    return ask(account, create_webhook, "POST", body={"url": URL, **fields})


class TestPlan:
    def test_without_webhooks_refuses_new_ones_and_keeps_those_that_are_there(
        self, anna: Account
    ) -> None:
        made = create(anna).json
        pay_in(anna.id, 11_000_000)
        subscribe_now(anna.id, plan_version("without-webhooks", features=frozenset()))
        refused = create(anna)
        assert (refused.status, refused.json["code"]) == (403, "not_in_plan")
        assert refused.json["rule"]["feature"] == "webhooks"
        assert ask(anna, get_webhook, "GET", f"/{made['id']}").json["active"]


class TestSecret:
    def test_is_shown_once_and_kept_encrypted(self, anna: Account) -> None:
        made = create(anna)
        assert made.status == 201
        secret = made.json["secret"]
        assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
        shown = ask(anna, get_webhook, "GET", f"/{made.json['id']}")
        listed = ask(anna, list_webhooks, "GET")
        assert secret not in shown.text + listed.text
        assert [one["id"] for one in listed.json["items"]] == [made.json["id"]]

    def test_is_replaced(self, anna: Account) -> None:
        made = create(anna).json
        path = f"/{made['id']}/secret"
        first = ask(anna, rotate_webhook_secret, "POST", path, body={})
        assert first.json["secret"] != made["secret"]
        assert first.json["old_secret_until"]
        at_once = {"end_old_at_once": True}
        second = ask(anna, rotate_webhook_secret, "POST", path, body=at_once)
        assert second.json["old_secret_until"] is None


class TestForm:
    @pytest.mark.parametrize(
        "url",
        [
            *("http://hooks.example.com/", "https://127.0.0.1/", "https://localhost/"),
            *("https://0x7f.1/", "https://[::1]/", "https://a@hooks.example.com/", "hooks"),
        ],
    )
    def test_with_a_url_that_may_not_be_called_is_refused(self, anna: Account, url: str) -> None:
        for answer in (
            create(anna, url=url),
            ask(anna, change_webhook, "PATCH", f"/{create(anna).json['id']}", body={"url": url}),
        ):
            assert (answer.status, answer.json["code"]) == (422, "webhook_url_refused")

    def test_shows_all_errors_at_once(self, anna: Account) -> None:
        answer = create(anna, url="https://127.0.0.1/", events=["no.such"], more=1)
        assert answer.status == 422
        assert len(answer.json["errors"]) == 3

    def test_is_refused_beyond_twenty(self, anna: Account) -> None:
        assert {create(anna).status for _ in range(20)} == {201}
        answer = create(anna)
        assert (answer.status, answer.json["code"]) == (422, "too_many_webhooks")


class TestDeliveries:
    def test_of_a_test_are_listed_and_sent_again(self, anna: Account, rung: list[str]) -> None:
        path = f"/{create(anna).json['id']}"
        tested = ask(anna, send_test_event, "POST", f"{path}/test")
        assert (tested.status, tested.json["type"]) == (202, "webhook.test")
        found = ask(anna, list_webhook_deliveries, "GET", f"{path}/deliveries").json["items"]
        assert found == [tested.json]
        failed = {"state": "failed"}
        none = ask(anna, list_webhook_deliveries, "GET", f"{path}/deliveries", query=failed)
        assert none.json["items"] == []
        again = f"{path}/deliveries/{found[0]['id']}/redeliver"
        assert ask(anna, redeliver_webhook_delivery, "POST", again).json["state"] == "waiting"
        assert rung == ["send-webhooks"] * 2

    def test_that_failed_are_sent_again_since_a_time(self, anna: Account, rung: list[str]) -> None:
        path = f"/{create(anna).json['id']}"
        ask(anna, send_test_event, "POST", f"{path}/test")
        for active in (False, True):
            changed = ask(anna, change_webhook, "PATCH", path, body={"active": active})
            assert changed.json["active"] is active
        body = {"since": "2026-01-01T00:00:00Z"}
        sent = [
            ask(anna, redeliver_webhook_deliveries, "POST", f"{path}/redeliver", body=body)
            for _ in range(2)
        ]
        assert [one.json["count"] for one in sent] == [1, 0]

    def test_are_not_made_while_it_is_off(self, anna: Account, rung: list[str]) -> None:
        path = f"/{create(anna).json['id']}"
        ask(anna, change_webhook, "PATCH", path, body={"active": False})
        answer = ask(anna, send_test_event, "POST", f"{path}/test")
        assert (answer.status, answer.json["code"]) == (409, "webhook_off")
        assert rung == []


class TestDeletion:
    def test_forgets_the_webhook(self, anna: Account) -> None:
        path = f"/{create(anna).json['id']}"
        ask(anna, send_test_event, "POST", f"{path}/test")
        assert ask(anna, delete_webhook, "DELETE", path).status == 204
        assert ask(anna, get_webhook, "GET", path).status == 404
