"""POST /api/v1/admin/invoices/{invoice_id}/credit-notes, through the function itself."""

from typing import Any
from uuid import UUID

import pytest

from functions.api.billing.create_credit_note.handler import handler as create_credit_note
from functions.api.billing.get_invoice.handler import handler as get_invoice
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.wiring.ledger import audit_service, lot_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT
from tests.support.events import Answer, call
from tests.support.invoices import PRICE, Customer, make_customer
from tests.support.money import balance_of

pytestmark = pytest.mark.usefixtures("database")

REASON = "Two days of outage"


@pytest.fixture
def root() -> Account:
    return make_account("root", Role.SUPERUSER)


@pytest.fixture
def anna() -> Customer:
    customer = make_customer()
    customer.deposit(PRICE)
    customer.subscribe()
    return customer


def ask(caller: Account, invoice_id: UUID, body: Any) -> Answer:
    return call(
        create_credit_note,
        "POST",
        f"/api/v1/admin/invoices/{invoice_id}/credit-notes",
        body=body,
        headers=caller.headers,
        path_parameters={"invoice_id": str(invoice_id)},
    )


def issue(caller: Account, invoice_id: UUID, amount: str) -> Answer:
    return ask(caller, invoice_id, {"amount": amount, "reason": REASON})


class TestCreateCreditNote:
    def test_gives_money_back_and_stands_on_the_invoice(
        self, root: Account, anna: Customer
    ) -> None:
        (invoice_id,) = anna.invoice_ids()
        answer = issue(root, invoice_id, "3.5")
        assert answer.status == 201, answer.text
        note = answer.json
        assert (note["number"], note["amount"]) == ("2026-C-000001", "3.500000")
        assert (note["user_id"], note["actor_id"]) == (str(anna.id), str(root.id))
        assert balance_of(anna.id).available == 3_500_000
        assert audit_service().verify().differences == ()
        path = f"/api/v1/subscriptions/my/invoices/{invoice_id}"
        parameters = {"invoice_id": str(invoice_id)}
        shown = call(
            get_invoice, "GET", path, headers=anna.account.headers, path_parameters=parameters
        ).json
        assert [(one["id"], one["reason"]) for one in shown["credit_notes"]] == [
            (note["id"], REASON)
        ]

    def test_gives_back_at_most_the_total_in_all(self, root: Account, anna: Customer) -> None:
        (invoice_id,) = anna.invoice_ids()
        assert issue(root, invoice_id, "20").status == 201
        answer = issue(root, invoice_id, "8.000001")
        assert (answer.status, answer.json["code"]) == (409, "credit_note_too_large")
        assert answer.json["left"] == "8.000000"
        last = issue(root, invoice_id, "8")
        assert last.json["number"] == "2026-C-000002"
        assert issue(root, invoice_id, "0.000001").json["left"] == "0.000000"
        assert balance_of(anna.id).available == PRICE

    def test_gives_a_credit_by_hand_back_as_one(self, root: Account) -> None:
        boris = make_customer("boris")
        credit = boris.credit(PRICE)
        boris.subscribe()
        issue(root, boris.invoice_ids()[0], "28")
        assert lot_service().catch_up(boris.id).left_of(credit) == PRICE

    def test_of_what_is_not_paid_is_refused(self, root: Account) -> None:
        boris = make_customer("boris")
        boris.subscribe()
        answer = issue(root, boris.invoice_ids()[0], "1")
        assert (answer.status, answer.json["code"]) == (409, "invoice_not_paid")
        assert answer.json["invoice_status"] == "draft"

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": "-1", "reason": REASON},
            {"amount": "0", "reason": REASON},
            {"amount": 1, "reason": REASON},
            {"amount": "1"},
            {"amount": "1", "reason": ""},
            {"reason": REASON},
            None,
        ],
    )
    def test_refuses_what_makes_no_sense(self, root: Account, anna: Customer, body: Any) -> None:
        answer = ask(root, anna.invoice_ids()[0], body)
        assert answer.status in {400, 422}
        assert balance_of(anna.id).available == 0

    def test_of_no_invoice_is_not_found(self, root: Account, anna: Customer) -> None:
        note = anna.note(anna.invoice_ids()[0], USDT)
        for id_ in (new_id(), note.id):
            answer = issue(root, id_, "1")
            assert (answer.status, answer.json["code"]) == (404, "invoice_not_found")

    def test_is_for_superusers_alone(self, anna: Customer) -> None:
        for caller in (anna.account, make_account("admin", Role.ADMIN)):
            assert issue(caller, anna.invoice_ids()[0], "1").status == 403
