"""POST /api/v1/plans/{plan_id}/move, through the function itself."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from functions.api.billing.move_subscribers.handler import handler as move_subscribers
from mara.billing.model.plan import Plan
from mara.kernel.principal import Role
from mara.wiring.billing_clock import billing_clock_service
from mara.wiring.plans import plan_service
from mara.wiring.subscriptions import subscription_overview_service, subscription_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_terms, plan_version
from tests.support.events import Answer, call
from tests.support.subscriptions import add_plan, pay_in

pytestmark = pytest.mark.usefixtures("database")

MONTH = timedelta(days=31)


@pytest.fixture
def admin(database: str) -> Account:
    return make_account("admin", Role.ADMIN)


@pytest.fixture
def plan_id(database: str) -> UUID:
    """Of the plan ``team``, at 10 USDT."""
    return add_plan(plan_version("team")).plan_id


def subscriber(name: str) -> Account:
    account = make_account(name)
    pay_in(account.id, 100 * USDT)
    subscription_service().subscribe(account.principal, "team")
    return account


def raised(plan_id: UUID) -> Plan:
    return plan_service().change(plan_id, plan_terms(30 * USDT))


def moved(admin: Account, plan_id: object, **body: Any) -> Answer:
    path = f"/api/v1/plans/{plan_id}/move"
    return call(move_subscribers, "POST", path, body=body, headers=admin.headers)


def price_of(account: Account) -> int:
    return subscription_overview_service().get(account.principal).version.terms.price


def wait(account: Account, months: int) -> None:
    billing_clock_service().advance(account.id, months * MONTH)


class TestMoveSubscribers:
    def test_a_raised_price_changes_no_subscriber_until_a_move(
        self, admin: Account, plan_id: UUID
    ) -> None:
        """To see it fail, let ``Subscription.version_at`` return the plan's current version."""
        anna, boris = subscriber("anna"), subscriber("boris")
        raised(plan_id)
        wait(anna, 1)
        assert price_of(anna) == 10 * USDT
        answer = moved(admin, plan_id, from_versions=[1])
        assert (answer.status, answer.json["moved"]) == (200, 2)
        assert sum(start["subscribers"] for start in answer.json["starts"]) == 2
        wait(boris, 1)
        assert price_of(boris) == 10 * USDT
        wait(boris, 1)
        assert price_of(boris) == 30 * USDT

    def test_again_moves_no_one(self, admin: Account, plan_id: UUID) -> None:
        subscriber("anna")
        raised(plan_id)
        assert moved(admin, plan_id, from_versions=[1]).json["moved"] == 1
        again = moved(admin, plan_id, from_versions=[1]).json
        assert (again["moved"], again["starts"]) == (0, [])

    def test_leaves_those_who_are_cancelling(self, admin: Account, plan_id: UUID) -> None:
        anna = subscriber("anna")
        subscription_service().cancel(anna.principal, immediately=False)
        raised(plan_id)
        assert moved(admin, plan_id, from_versions=[1]).json["moved"] == 0

    def test_keeps_a_change_of_their_own(self, admin: Account, plan_id: UUID) -> None:
        anna = subscriber("anna")
        raised(plan_id)
        moved(admin, plan_id, from_versions=[1])
        subscription_service().cancel(anna.principal, immediately=False)
        overview = subscription_overview_service().get(anna.principal)
        assert overview.subscription is not None
        assert overview.subscription.next_version is None

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"from_versions": []}, 422, "bad_request"),
            ({"from_versions": [0]}, 422, "bad_request"),
            ({"from_versions": [7]}, 404, "plan_not_found"),
            ({"from_versions": [1], "notice": "2020-01-01T00:00:00Z"}, 422, "invalid_notice"),
            ({"from_versions": [1], "notice": "9999-12-31T23:59:59Z"}, 422, "invalid_notice"),
            ({"from_versions": [1], "notice": "2099-01-01T00:00:00"}, 422, "bad_request"),
        ],
    )
    def test_refuses_bad_input(
        self, admin: Account, plan_id: UUID, body: dict[str, Any], status: int, code: str
    ) -> None:
        answer = moved(admin, plan_id, **body)
        assert (answer.status, answer.json["code"]) == (status, code)

    def test_refuses_users(self, plan_id: UUID) -> None:
        assert moved(make_account("boris"), plan_id, from_versions=[1]).status == 403

    def test_counts_the_notice_from_when_users_are_told(
        self, admin: Account, plan_id: UUID
    ) -> None:
        subscriber("anna")
        raised(plan_id)
        notice = datetime.now(UTC) + timedelta(days=200)
        answer = moved(admin, plan_id, from_versions=[1], notice=notice.isoformat())
        (start,) = answer.json["starts"]
        assert datetime.fromisoformat(start["starts_at"]) >= notice + timedelta(days=28)
