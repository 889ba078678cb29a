"""GET /api/v1/subscriptions/my/invoices, through the function itself."""

import pytest

from functions.api.billing.list_invoices.handler import handler as list_invoices
from tests.support.accounts import make_account
from tests.support.billing import USDT
from tests.support.events import Answer, call
from tests.support.invoices import PRICE, Customer, make_customer

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/subscriptions/my/invoices"


@pytest.fixture
def anna() -> Customer:
    customer = make_customer()
    customer.deposit(2 * PRICE)
    customer.subscribe()
    customer.renew()
    return customer


def ask(customer: Customer, **query: str) -> Answer:
    return call(list_invoices, "GET", PATH, headers=customer.account.headers, query=query)


class TestListInvoices:
    def test_shows_invoices_and_credit_notes_newest_first(self, anna: Customer) -> None:
        first = anna.invoice_ids()[0]
        anna.note(first, 14 * USDT)
        items = ask(anna).json["items"]
        assert [(item["kind"], item["number"], item["total"]) for item in items] == [
            ("credit_note", "2026-C-000001", "14.000000"),
            ("invoice", "2026-000002", "28.000000"),
            ("invoice", "2026-000001", "28.000000"),
        ]
        assert [item["purpose"] for item in items] == [None, "renewal", "first"]
        assert items[0]["invoice_id"] == str(first)
        assert items[0]["state"] is None
        assert items[2]["period_start"] == "2026-01-31T12:00:00Z"
        assert items[2]["period_end"] == "2026-02-28T12:00:00Z"

    def test_has_pages_and_a_total(self, anna: Customer) -> None:
        anna.note(anna.invoice_ids()[0], USDT)
        numbers: list[str] = []
        query = {"limit": "1", "total": "true"}
        while True:
            page = ask(anna, **query).json
            assert page["total"] == 3
            numbers += [item["number"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert numbers == ["2026-C-000001", "2026-000002", "2026-000001"]
        oldest_first = ask(anna, sort="created_at").json["items"]
        assert [item["number"] for item in oldest_first] == numbers[::-1]

    def test_shows_a_draft_without_a_number(self) -> None:
        boris = make_customer("boris")
        boris.subscribe()
        assert [(item["state"], item["number"]) for item in ask(boris).json["items"]] == [
            ("draft", None)
        ]

    def test_leaves_out_a_draft_that_was_never_issued(self) -> None:
        boris = make_customer("boris")
        boris.subscribe()
        boris.billing.wait(hours=25)
        assert ask(boris, total="true").json == {"items": [], "next_cursor": None, "total": 0}

    def test_shows_nothing_of_others(self, anna: Customer) -> None:
        other = make_account("vera")
        answer = call(list_invoices, "GET", PATH, headers=other.headers)
        assert answer.json["items"] == []

    def test_refuses_a_cursor_of_no_list(self, anna: Customer) -> None:
        answer = ask(anna, cursor="z")
        assert (answer.status, answer.json["code"]) == (422, "invalid_cursor")
