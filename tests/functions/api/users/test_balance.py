"""Balances and statements, through the functions themselves."""

import csv
import io
from decimal import Decimal
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from functions.api.users.get_balance.handler import handler as get_balance
from functions.api.users.list_balance_entries import handler as entries
from functions.api.users.list_balance_entries.handler import handler as list_balance_entries
from mara.auth.model import Scope
from mara.billing.model.statement_texts import entry_text
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause, TransferKind
from mara.platform.database import transaction
from mara.users.model import Locale
from mara.wiring.auth import api_key_service
from mara.wiring.ledger import ledger_service
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.invoices import PRICE, make_customer
from tests.support.money import in_an_hour

pytestmark = pytest.mark.usefixtures("database")

BALANCE = "/api/v1/users/balance"
ENTRIES = f"{BALANCE}/entries"
FIRST_FIVE = [
    (1, "available", "12.500000", "12.500000", "deposit", "deposit 1"),
    (2, "available", "-2.000001", "10.499999", "hold", "answer 1"),
    (3, "reserved", "2.000001", "2.000001", "hold", "answer 1"),
    (4, "available", "-1.000000", "9.499999", "suspend", "inquiry 1"),
    (5, "suspense", "1.000000", "1.000000", "suspend", "inquiry 1"),
]


def live_a_little(user_id: UUID) -> None:
    ledger = ledger_service()
    with transaction(SYSTEM):
        ledger.credit_deposit(user_id, "tron", 12_500_000, Cause(f"{user_id} 1", "deposit 1"))
        cause = Cause(f"{user_id} 2", "answer 1")
        ledger.hold(user_id, 2_000_001, cause, expires_at=in_an_hour())
        ledger.suspend(user_id, 1_000_000, Cause(f"{user_id} 3", "inquiry 1"))


@pytest.fixture
def anna() -> Account:
    account = make_account("anna")
    live_a_little(account.id)
    return account


def ask(account: Account, query: dict[str, str] | None = None) -> Answer:
    return call(list_balance_entries, "GET", ENTRIES, headers=account.headers, query=query)


class TestBalance:
    def test_is_of_nothing_at_first(self) -> None:
        answer = call(get_balance, "GET", BALANCE, headers=make_account("boris").headers)
        assert answer.json == {
            "asset": "USDT",
            "available": "0.000000",
            "reserved": "0.000000",
            "pending": "0.000000",
            "suspense": "0.000000",
        }

    def test_has_six_places(self, anna: Account) -> None:
        answer = call(get_balance, "GET", BALANCE, headers=anna.headers)
        assert answer.json == {
            "asset": "USDT",
            "available": "9.499999",
            "reserved": "2.000001",
            "pending": "0.000000",
            "suspense": "1.000000",
        }

    @pytest.mark.parametrize("scope", Scope)
    def test_is_read_by_a_key_with_the_scope_and_by_no_other(
        self, anna: Account, scope: Scope
    ) -> None:
        _, secret = api_key_service().create(
            anna.principal, name="till", scopes=frozenset({scope}), expires_at=None
        )
        allowed = scope is Scope.BALANCE_READ
        headers = {"x-api-key": secret}
        answer = call(get_balance, "GET", BALANCE, headers=headers)
        assert answer.status == (200 if allowed else 403)
        assert call(list_balance_entries, "GET", ENTRIES, headers=headers).status == 403


class TestStatement:
    def test_tells_every_posting_with_its_cause_and_the_balance_after_it(
        self, anna: Account
    ) -> None:
        live_a_little(make_account("boris").id)
        items = ask(anna).json["items"]
        told = [
            (
                item["number"],
                item["account"],
                item["amount"],
                item["balance"],
                item["cause"]["kind"],
                item["cause"]["reference"],
            )
            for item in items
        ]
        assert told == FIRST_FIVE[::-1]

    def test_adds_up_to_the_balance(self, anna: Account) -> None:
        items = ask(anna).json["items"]
        for account, total in call(get_balance, "GET", BALANCE, headers=anna.headers).json.items():
            if account in {"available", "reserved", "suspense"}:
                of_it = [Decimal(i["amount"]) for i in items if i["account"] == account]
                assert sum(of_it) == Decimal(total)

    def test_is_read_in_pages_that_miss_and_repeat_nothing(self, anna: Account) -> None:
        numbers, query = list[int](), {"limit": "2"}
        while True:
            page = ask(anna, query).json
            numbers += [item["number"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            # What happens between two pages stands before the first.
            with transaction(SYSTEM):
                cause = Cause(f"while reading {len(numbers)}", "deposit 2")
                ledger_service().credit_deposit(anna.id, "tron", 1, cause)
            query["cursor"] = page["next_cursor"]
        assert numbers == [5, 4, 3, 2, 1]

    @pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "z"}])
    def test_refuses_a_wrong_query(self, anna: Account, query: dict[str, str]) -> None:
        assert ask(anna, query).status == 422


class TestTexts:
    def test_name_credits_charges_and_notes_with_the_invoice(self) -> None:
        customer = make_customer("boris")
        customer.credit(PRICE)
        customer.deposit(PRICE)
        customer.subscribe()
        customer.note(customer.invoice_ids()[0], 3_000_000)
        items = ask(customer.account).json["items"]
        assert [(item["text"], item["amount"]) for item in items] == [
            ("Credit note of invoice 2026-000001", "3.000000"),
            ("Invoice 2026-000001", "-28.000000"),
            ("Deposit", "28.000000"),
            ("Credit by hand", "28.000000"),
        ]
        assert items[1]["cause"]["reference"] == str(customer.invoice_ids()[0])
        customer.profile(locale="ru")
        assert [item["text"] for item in ask(customer.account).json["items"]] == [
            *("Кредит-нота к счёту 2026-000001", "Счёт 2026-000001", "Депозит"),
            "Начисление вручную",
        ]

    def test_of_other_charges_name_no_invoice(self, anna: Account) -> None:
        with transaction(SYSTEM):
            ledger_service().charge(anna.id, 1, Cause("late", str(new_id())))
            ledger_service().charge(anna.id, 1, Cause("by answer", "answer 7"))
        assert [item["text"] for item in ask(anna).json["items"]][:3] == [
            *("Charge", "Charge", "Set aside for review"),
        ]

    @pytest.mark.parametrize("locale", Locale)
    def test_exist_for_every_kind(self, locale: Locale) -> None:
        for kind in TransferKind:
            assert entry_text(kind, None, locale)
            assert "{" not in entry_text(kind, "2026-000001", locale)


class TestFile:
    """The statement as CSV: by ?format=csv, or by Accept."""

    def test_has_a_line_per_entry_in_the_order_of_the_statement(self, anna: Account) -> None:
        answer = ask(anna, {"format": "csv"})
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "statement.csv" in answer.headers["content-disposition"]
        header, *lines = csv.reader(io.StringIO(answer.text))
        assert header[:3] == ["number", "created_at", "account"]
        assert header[3:] == ["amount", "balance", "kind", "reference", "transfer_id"]
        told = [(int(n), a, *rest) for n, _, a, *rest, _ in lines]
        assert told == FIRST_FIVE[::-1]
        assert "link" not in answer.headers

    @pytest.mark.parametrize(
        ("accept", "is_csv"),
        [
            ("text/csv", True),
            ("text/csv, application/json;q=0.5", True),
            ("text/csv;q=0.1, application/json", False),
            ("application/json", False),
            ("*/*", False),
            ("", False),
            ("text/csv;q=nonsense", False),
        ],
    )
    def test_is_what_accept_prefers(self, anna: Account, accept: str, *, is_csv: bool) -> None:
        headers = {**anna.headers, "accept": accept}
        answer = call(list_balance_entries, "GET", ENTRIES, headers=headers)
        assert answer.headers["content-type"].startswith("text/csv") is is_csv
        headers = {**headers, "accept": "text/csv"}
        as_json = call(
            list_balance_entries, "GET", ENTRIES, headers=headers, query={"format": "json"}
        )
        assert as_json.json["items"]

    def test_runs_nothing_in_a_spreadsheet(self) -> None:
        account = make_account("anna")
        evil = ['=HYPERLINK("http://evil")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", 'a,"b"\n=c']
        with transaction(SYSTEM):
            for number, reference in enumerate(evil):
                cause = Cause(f"{account.id} {number}", reference)
                ledger_service().credit_deposit(account.id, "tron", 1, cause)
        _, *lines = csv.reader(io.StringIO(ask(account, {"format": "csv"}).text))
        found = [line[6] for line in lines][::-1]
        assert found == [f"'{text}" for text in evil[:5]] + evil[5:]

    def test_of_a_long_statement_links_to_the_rest(
        self, anna: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(entries, "ENTRIES_PER_FILE", 3)
        first = ask(anna, {"format": "csv"})
        link = first.headers["link"]
        assert link.endswith('>; rel="next"')
        query = dict(parse_qsl(link[2 : link.index(">")]))
        rest = ask(anna, query)
        numbers = [
            line[0]
            for part in (first, rest)
            for line in list(csv.reader(io.StringIO(part.text)))[1:]
        ]
        assert numbers == ["5", "4", "3", "2", "1"]

    def test_in_another_format_is_refused(self, anna: Account) -> None:
        assert ask(anna, {"format": "xml"}).status == 422
