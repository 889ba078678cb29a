"""POST /api/v1/admin/users/{user_id}/clock, through the function itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from functions.api.billing.advance_clock.handler import handler as advance_clock
from functions.api.billing.get_subscription.handler import handler as get_subscription
from mara.kernel.principal import Role
from mara.platform.clock import now
from mara.wiring.billing_clock import billing_clock_service
from mara.wiring.subscriptions import subscription_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import add_plan, invoices_of, pay_in, send

pytestmark = pytest.mark.usefixtures("database")

DAY_S = 24 * 60 * 60


@pytest.fixture
def root(database: str) -> Account:
    return make_account("root", Role.SUPERUSER)


@pytest.fixture
def anna(database: str) -> Account:
    """A subscriber of a plan of 10 USDT a month, with money for a second month and a half."""
    add_plan(plan_version("team", grace_days=7))
    account = make_account("anna")
    pay_in(account.id, 25 * USDT)
    subscription_service().subscribe(account.principal, "team")
    return account


def advanced(root: Account, user_id: object, **body: Any) -> Answer:
    path = f"/api/v1/admin/users/{user_id}/clock"
    return call(advance_clock, "POST", path, body=body, headers=root.headers)


def shown(account: Account) -> Any:
    return call(get_subscription, "GET", "/api/v1/subscriptions/my", headers=account.headers).json


class TestAdvanceClock:
    def test_renews_then_waits_for_a_payment_then_ends(self, root: Account, anna: Account) -> None:
        answer = advanced(root, anna.id, advance_s=32 * DAY_S)
        assert answer.status == 200
        moved = datetime.fromisoformat(answer.json["billing_time"])
        assert moved - now() > timedelta(days=31, hours=23)
        assert (shown(anna)["state"], len(invoices_of(anna.id))) == ("active", 2)
        advanced(root, anna.id, advance_s=31 * DAY_S)
        found = shown(anna)
        assert (found["state"], found["missing"]) == ("past_due", "5.000000")
        send(anna.id, 5 * USDT)
        advanced(root, anna.id, advance_s=DAY_S)
        assert shown(anna)["ends"]["is_paused"]
        advanced(root, anna.id, advance_s=9 * DAY_S)
        assert shown(anna)["state"] == "default"

    def test_does_not_move_the_time_of_others(self, root: Account, anna: Account) -> None:
        boris = make_account("boris")
        pay_in(boris.id, 10 * USDT)
        subscription_service().subscribe(boris.principal, "team")
        advanced(root, anna.id, advance_s=40 * DAY_S)
        assert len(invoices_of(boris.id)) == 1

    def test_of_an_unknown_user_finds_nothing(self, root: Account) -> None:
        answer = advanced(root, uuid4(), advance_s=1)
        assert (answer.status, answer.json["code"]) == (404, "user_not_found")

    @pytest.mark.parametrize("by", [0, -1, 401 * DAY_S, 10**12, "1d", None])
    def test_refuses_times_out_of_range(self, root: Account, anna: Account, by: object) -> None:
        assert advanced(root, anna.id, advance_s=by).status == 422
        assert shown(anna)["as_of"] < (now() + timedelta(minutes=1)).isoformat()

    def test_refuses_users_and_admins(self, anna: Account) -> None:
        admin = make_account("admin", Role.ADMIN)
        for caller in (anna, admin):
            assert advanced(caller, anna.id, advance_s=1).status == 403

    def test_is_refused_outside_the_local_stage(
        self, root: Account, anna: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outside = replace(billing_clock_service(), is_local=False)
        monkeypatch.setattr(
            "functions.api.billing.advance_clock.handler.billing_clock_service", lambda: outside
        )
        answer = advanced(root, anna.id, advance_s=DAY_S)
        assert (answer.status, answer.json["code"]) == (403, "billing_clock_fixed")
