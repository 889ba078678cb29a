"""GET /api/v1/subscriptions/my/invoices/{invoice_id}, through the function itself."""

from typing import Any
from uuid import UUID

import pytest

from functions.api.billing.get_invoice.handler import handler as get_invoice
from mara.billing.adapters.accounts import PostgresAccounts
from mara.billing.model.invoice import Party
from mara.kernel.ids import new_id
from mara.wallets.model import Network
from mara.wiring.billing import account_books
from mara.wiring.seller import seller
from tests.support.accounts import make_account
from tests.support.billing import USDT
from tests.support.events import Answer, call
from tests.support.invoices import PRICE, Customer, make_customer
from tests.support.subscriptions import send

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/subscriptions/my/invoices"


@pytest.fixture
def anna() -> Customer:
    return make_customer(discount_percent=25)


def ask(customer: Customer, invoice_id: UUID | str, **headers: str) -> Answer:
    sent = {**customer.account.headers, **headers}
    path, parameters = f"{PATH}/{invoice_id}", {"invoice_id": str(invoice_id)}
    return call(get_invoice, "GET", path, headers=sent, path_parameters=parameters)


def first_of(customer: Customer, **headers: str) -> Any:
    answer = ask(customer, customer.invoice_ids()[0], **headers)
    assert answer.status == 200, answer.text
    return answer.json


class TestOfAPaidInvoice:
    def test_shows_what_was_bought_by_whom_from_whom(self, anna: Customer) -> None:
        anna.deposit(PRICE)
        anna.subscribe()
        found = first_of(anna)
        assert (found["kind"], found["number"], found["state"]) == (
            *("invoice", "2026-000001", "paid"),
        )
        assert [(line["kind"], line["text"], line["amount"]) for line in found["lines"]] == [
            ("base", "Plan Team", "28.000000"),
            ("discount", "Discount", "-7.000000"),
        ]
        assert (found["total"], found["missing"], found["credited"]) == (
            *("21.000000", "0.000000", "0.000000"),
        )
        assert found["buyer"] == {
            "name": "Анна Петрова",
            "company": "ООО «Пример»",
            "address": "",
            "email": "anna@example.com",
        }
        assert found["seller"]["name"] == "Example Ltd"
        assert found["seller"]["address"] == "Main Street 1, Springfield"
        assert found["plan"] == "plan-anna"

    def test_keeps_the_buyer_of_the_day_of_issue(self, anna: Customer) -> None:
        anna.deposit(2 * PRICE)
        anna.subscribe()
        anna.profile(full_name="Anna Smith", company="Other LLC", email="smith@example.com")
        anna.renew()
        old, new = (ask(anna, id_).json["buyer"] for id_ in anna.invoice_ids())
        assert (old["name"], old["email"]) == ("Анна Петрова", "anna@example.com")
        assert (new["name"], new["company"]) == ("Anna Smith", "Other LLC")

    def test_lists_the_money_that_paid_it_oldest_first(self, anna: Customer) -> None:
        credit = anna.credit(5 * USDT)
        tron = anna.deposit(6 * USDT)
        arbitrum = anna.deposit(50 * USDT, Network.ARBITRUM)
        anna.subscribe()
        paid_by = first_of(anna)["paid_by"]
        assert [(one["text"], one["amount"], one["transaction"]) for one in paid_by] == [
            ("Credit", "5.000000", None),
            ("Deposit, Tron", "6.000000", tron),
            ("Deposit, Arbitrum", "10.000000", arbitrum),
        ]
        assert paid_by[0]["reference"] == credit
        assert [one["network"] for one in paid_by] == [None, "tron", "arbitrum"]

    def test_names_the_deposit_again_that_a_credit_note_gave_back(self, anna: Customer) -> None:
        transaction = anna.deposit(21 * USDT)
        anna.subscribe()
        anna.note(anna.invoice_ids()[0], 10 * USDT)
        anna.deposit(11 * USDT)
        anna.renew()
        second = ask(anna, anna.invoice_ids()[1]).json
        assert second["paid_by"][0]["transaction"] == transaction
        assert second["paid_by"][0]["amount"] == "10.000000"
        first = first_of(anna)
        assert [(one["transaction"], one["amount"]) for one in first["paid_by"]] == [
            (transaction, "21.000000")
        ]
        assert first["credited"] == "10.000000"
        assert [(note["number"], note["amount"]) for note in first["credit_notes"]] == [
            ("2026-C-000001", "10.000000")
        ]

    @pytest.mark.parametrize(
        ("language", "text", "reason"),
        [
            ("en", "Plan Team", "The subscription was cancelled"),
            ("ru-RU,en;q=0.5", "Тариф «Команда»", "Подписка отменена"),
        ],
    )
    def test_is_in_the_language_of_the_request(
        self, anna: Customer, language: str, text: str, reason: str
    ) -> None:
        anna.deposit(PRICE)
        anna.subscribe()
        anna.note(anna.invoice_ids()[0], USDT)
        found = first_of(anna, **{"accept-language": language})
        assert found["lines"][0]["text"] == text
        assert found["credit_notes"][0]["reason"] == reason

    def test_is_in_the_language_of_the_profile_without_a_header(self, anna: Customer) -> None:
        anna.profile(locale="ru")
        anna.deposit(PRICE)
        anna.subscribe()
        assert first_of(anna)["lines"][0]["text"] == "Тариф «Команда»"


class TestOfAnUnpaidInvoice:
    def test_tells_what_is_missing_less_what_is_in_flight(self, anna: Customer) -> None:
        anna.deposit(4 * USDT)
        anna.subscribe()
        draft = first_of(anna)
        assert (draft["state"], draft["number"], draft["missing"]) == ("draft", None, "17.000000")
        assert draft["pay_until"] == "2026-02-01T12:00:00Z"
        assert (draft["buyer"], draft["seller"], draft["paid_by"]) == (None, None, [])

    def test_counts_no_deposit_below_the_minimum(self, anna: Customer) -> None:
        anna.subscribe()
        send(anna.id, 1)
        assert first_of(anna)["missing"] == "21.000000"
        send(anna.id, 20 * USDT)
        assert first_of(anna)["missing"] == "1.000000"


class TestOfACreditNote:
    def test_shows_the_invoice_that_it_corrects(self, anna: Customer) -> None:
        anna.deposit(PRICE)
        anna.subscribe()
        invoice_id = anna.invoice_ids()[0]
        note = anna.note(invoice_id, 3 * USDT, "Two days of outage")
        found = ask(anna, note.id).json
        assert (found["kind"], found["number"], found["total"]) == (
            *("credit_note", "2026-C-000001", "3.000000"),
        )
        assert found["invoice_id"] == str(invoice_id)
        assert found["reason"] == "Two days of outage"
        assert [(line["text"], line["amount"]) for line in found["lines"]] == [
            ("Given back of invoice 2026-000001", "3.000000")
        ]
        assert found["buyer"]["name"] == "Анна Петрова"


class TestMediaTypes:
    @pytest.mark.parametrize(
        ("accept", "expected"),
        [
            ("", "application/json"),
            ("*/*", "application/json"),
            ("image/png", "application/json"),
            ("text/html", "text/html; charset=utf-8"),
            ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
            ("text/*", "text/html; charset=utf-8"),
            ("application/pdf", "application/pdf"),
            ("Application/PDF;q=0.9", "application/pdf"),
            ("application/pdf, */*", "application/json"),
            ("application/pdf;q=0.9, text/html;q=0.5", "text/html; charset=utf-8"),
            ("text/html;q=0.5, application/pdf", "text/html; charset=utf-8"),
        ],
    )
    def test_is_what_accept_prefers(self, anna: Customer, accept: str, expected: str) -> None:
        """A PDF is for those who name it alone: the gateway would send base64 to others."""
        anna.deposit(PRICE)
        anna.subscribe()
        answer = ask(anna, anna.invoice_ids()[0], accept=accept)
        assert (answer.status, answer.headers["content-type"]) == (200, expected)

    def test_of_a_page_is_in_the_language_of_the_user(self, anna: Customer) -> None:
        anna.profile(locale="ru")
        anna.deposit(PRICE)
        anna.subscribe()
        page = ask(anna, anna.invoice_ids()[0], accept="text/html")
        assert "Счёт 2026-000001" in page.text
        assert page.headers["content-language"] == "ru"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src")
        assert "inline" not in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"

    def test_of_a_draft_is_a_page_too(self, anna: Customer) -> None:
        anna.subscribe()
        page = ask(anna, anna.invoice_ids()[0], accept="text/html")
        assert "Draft of an invoice" in page.text
        assert page.headers["content-disposition"] == 'inline; filename="invoice-draft.html"'

    def test_of_an_invoice_of_others_is_a_problem(self, anna: Customer) -> None:
        anna.subscribe()
        other = Customer(make_account("vera"), anna.plan)
        answer = ask(other, anna.invoice_ids()[0], accept="application/pdf")
        assert (answer.status, answer.json["code"]) == (404, "invoice_not_found")


class TestOfOthers:
    def test_is_not_found(self, anna: Customer) -> None:
        anna.deposit(PRICE)
        anna.subscribe()
        note = anna.note(anna.invoice_ids()[0], USDT)
        other = Customer(make_account("vera"), anna.plan)
        for id_ in (anna.invoice_ids()[0], note.id, new_id()):
            answer = ask(other, id_)
            assert (answer.status, answer.json["code"]) == (404, "invoice_not_found")

    def test_refuses_what_is_no_id(self, anna: Customer) -> None:
        assert ask(anna, "2026-000001").status == 422


class TestSeller:
    def test_is_that_of_the_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_SELLER_NAME", "Example Ltd")
        monkeypatch.setenv("MARA_SELLER_ADDRESS", "Main Street 1, Springfield")
        monkeypatch.setenv("MARA_SELLER_EMAIL", "billing@example.com")
        seller.cache_clear()
        try:
            found = account_books.__wrapped__().accounts
        finally:
            seller.cache_clear()
        assert found == PostgresAccounts(
            Party("Example Ltd", "billing@example.com", "Main Street 1, Springfield")
        )
