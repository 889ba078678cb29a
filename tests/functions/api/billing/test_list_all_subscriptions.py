"""GET /api/v1/admin/subscriptions, through the function itself."""

import pytest

from functions.api.billing.list_all_subscriptions.handler import (
    handler as list_all_subscriptions,
)
from mara.billing.adapters.accounts import PostgresAccounts
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.invoices import PRICE, Customer, make_customer

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin() -> Account:
    return make_account("admin", Role.ADMIN)


@pytest.fixture
def anna() -> Customer:
    customer = make_customer("anna")
    customer.deposit(PRICE)
    customer.subscribe()
    return customer


@pytest.fixture
def boris(anna: Customer) -> Customer:
    customer = make_customer("boris")
    customer.subscribe()
    return customer


def ask(admin: Account, **query: str) -> Answer:
    path = "/api/v1/admin/subscriptions"
    return call(list_all_subscriptions, "GET", path, headers=admin.headers, query=query)


def subscription_of(customer: Customer) -> str:
    with transaction(SYSTEM):
        query = "SELECT id FROM subscriptions WHERE owner_id = %s"
        row = connection().execute(query, (customer.id,)).fetchone()
    assert row is not None
    return str(row[0])


class TestListAllSubscriptions:
    def test_shows_owner_revenue_and_period_newest_first(
        self, admin: Account, anna: Customer, boris: Customer
    ) -> None:
        newest, oldest = ask(admin).json["items"]
        assert (newest["owner_id"], newest["state"], newest["mrr"]) == (
            *(str(boris.id), "incomplete", "0.000000"),
        )
        assert (oldest["owner_id"], oldest["state"], oldest["mrr"]) == (
            *(str(anna.id), "active", "28.000000"),
        )
        assert (oldest["plan"], oldest["version"]) == ("plan-anna", 1)
        assert (oldest["period_start"], oldest["period_end"]) == (
            *("2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z"),
        )
        assert (newest["period_start"], oldest["cancel_at"]) == (None, None)

    def test_tells_why_one_was_set_aside(self, admin: Account, anna: Customer) -> None:
        id_ = subscription_of(anna)
        with transaction(SYSTEM):
            PostgresAccounts().set_aside(id_, "ValueError: x", anna.billing.at)  # type: ignore[arg-type]
        assert ask(admin).json["items"][0]["set_aside_reason"] == "ValueError: x"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"state": "active"}, ["plan-anna"]),
            ({"state": "past_due"}, []),
            ({"plan": "plan-boris"}, ["plan-boris"]),
            ({"plan": "plan-anna", "state": "incomplete"}, []),
            ({"sort": "created_at"}, ["plan-anna", "plan-boris"]),
        ],
    )
    def test_filters_by_state_and_plan(
        self,
        admin: Account,
        anna: Customer,
        boris: Customer,
        query: dict[str, str],
        found: list[str],
    ) -> None:
        page = ask(admin, **query, total="true").json
        assert [item["plan"] for item in page["items"]] == found
        assert page["total"] == len(found)

    def test_has_pages(self, admin: Account, anna: Customer, boris: Customer) -> None:
        first = ask(admin, limit="1").json
        second = ask(admin, limit="1", cursor=first["next_cursor"]).json
        assert [page["items"][0]["plan"] for page in (first, second)] == [
            *("plan-boris", "plan-anna"),
        ]
        assert second["next_cursor"] is None

    @pytest.mark.parametrize(
        "query", [{"state": "paused"}, {"plan": "Team'"}, {"limit": "0"}, {"cursor": "z"}]
    )
    def test_refuses_a_wrong_query(self, admin: Account, query: dict[str, str]) -> None:
        assert ask(admin, **query).status == 422

    def test_is_for_administrators_alone(self, anna: Customer) -> None:
        assert ask(anna.account).status == 403
