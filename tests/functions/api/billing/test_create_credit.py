"""POST /api/v1/admin/users/{user_id}/credit, through the function itself."""

from typing import Any
from uuid import UUID

import pytest

from functions.api.billing.create_credit.handler import handler as create_credit
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.database import connection, transaction
from mara.wiring.credits import credit_service
from mara.wiring.ledger import audit_service, ledger_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT
from tests.support.events import Answer, call
from tests.support.invoices import Customer, make_customer
from tests.support.money import balance_of, in_an_hour

pytestmark = pytest.mark.usefixtures("database")

REASON = "Two days of outage"


@pytest.fixture
def root() -> Account:
    return make_account("root", Role.SUPERUSER)


@pytest.fixture
def anna() -> Customer:
    return make_customer()


def ask(caller: Account, user_id: UUID, body: Any, **headers: str) -> Answer:
    return call(
        create_credit,
        "POST",
        f"/api/v1/admin/users/{user_id}/credit",
        body=body,
        headers={**caller.headers, **headers},
        path_parameters={"user_id": str(user_id)},
    )


def give(root: Account, user: Customer, amount: str) -> Any:
    answer = ask(root, user.id, {"amount": amount, "reason": REASON})
    assert answer.status == 201, answer.text
    return answer.json


def take_back(root: Account, user: Customer, credit: Any) -> Answer:
    return ask(root, user.id, {"reverses": credit["id"], "reason": "A mistake"})


def stored() -> int:
    with transaction(SYSTEM):
        row = connection().execute("SELECT count(*) FROM credits").fetchone()
    assert row is not None
    return int(row[0])


class TestGive:
    def test_adds_to_the_balance_with_reason_and_giver(self, root: Account, anna: Customer) -> None:
        credit = give(root, anna, "5.5")
        assert balance_of(anna.id).available == 5_500_000
        assert (credit["amount"], credit["reason"]) == ("5.500000", REASON)
        assert (credit["user_id"], credit["actor_id"]) == (str(anna.id), str(root.id))
        assert credit["reverses"] is None
        assert audit_service().verify().differences == ()

    def test_pays_what_waits_for_money_at_the_next_tick(
        self, root: Account, anna: Customer
    ) -> None:
        anna.subscribe()
        give(root, anna, "28")
        anna.billing.wait(minutes=1)
        assert balance_of(anna.id).available == 0
        with transaction(SYSTEM):
            query = "SELECT state FROM subscriptions"
            assert connection().execute(query).fetchone() == ("active",)

    def test_happens_once_per_idempotency_key(self, root: Account, anna: Customer) -> None:
        body = {"amount": "5", "reason": REASON}
        key = {"idempotency-key": "once"}
        first, second = (ask(root, anna.id, body, **key) for _ in range(2))
        assert (first.status, second.json) == (201, first.json)
        assert balance_of(anna.id).available == 5 * USDT

    @pytest.mark.parametrize(
        "body",
        [
            {"amount": "-5", "reason": REASON},
            {"amount": "0", "reason": REASON},
            {"amount": "0.000000", "reason": REASON},
            {"amount": "0.0000001", "reason": REASON},
            {"amount": 5, "reason": REASON},
            {"amount": "1e3", "reason": REASON},
            {"amount": "99999999999999", "reason": REASON},
            {"amount": "5"},
            {"amount": "5", "reason": ""},
            {"amount": "5", "reason": " \u00a0 "},
            {"amount": "5", "reason": "x" * 501},
            {"amount": "5", "reason": "a\u0000b"},
            {"amount": "5", "reverses": str(new_id()), "reason": REASON},
            {"reason": REASON},
            {"reverses": "2026-000001", "reason": REASON},
            {"amount": "5", "reason": REASON, "network": "tron"},
            [],
            None,
        ],
    )
    def test_refuses_what_makes_no_sense(self, root: Account, anna: Customer, body: Any) -> None:
        answer = ask(root, anna.id, body)
        assert answer.status in {400, 422}
        assert answer.json["type"].startswith("/problems/")
        assert (stored(), balance_of(anna.id).available) == (0, 0)

    def test_refuses_more_than_the_limit_of_one(self, root: Account, anna: Customer) -> None:
        body = {"amount": "1000.000001", "reason": REASON}
        answer = ask(root, anna.id, body)
        assert (answer.status, answer.json["code"]) == (422, "credit_too_large")
        assert stored() == 0

    def test_refuses_more_than_the_limit_of_the_day_for_all_users(
        self, root: Account, anna: Customer
    ) -> None:
        boris, other = make_customer("boris"), make_account("other", Role.SUPERUSER)
        give(root, anna, "600")
        give(other, boris, "399")
        answer = ask(other, anna.id, {"amount": "1.000001", "reason": REASON})
        assert (answer.status, answer.json["code"]) == (409, "daily_credits_reached")
        assert answer.json["left"] == "1.000000"
        give(root, anna, "1")
        assert stored() == 3

    def test_to_no_user_is_not_found(self, root: Account) -> None:
        answer = ask(root, new_id(), {"amount": "5", "reason": REASON})
        assert (answer.status, answer.json["code"]) == (404, "user_not_found")

    @pytest.mark.parametrize("role", [Role.USER, Role.ADMIN])
    def test_is_for_superusers_alone(self, anna: Customer, role: Role) -> None:
        caller = make_account("curious", role)
        assert ask(caller, anna.id, {"amount": "5", "reason": REASON}).status == 403
        assert stored() == 0


class TestTakeBack:
    def test_takes_the_whole_credit_once(self, root: Account, anna: Customer) -> None:
        anna.deposit(3 * USDT)
        credit = give(root, anna, "5")
        answer = take_back(root, anna, credit)
        assert (answer.status, answer.json["amount"]) == (201, "5.000000")
        assert answer.json["reverses"] == credit["id"]
        again = take_back(root, anna, credit)
        assert (again.status, again.json["code"]) == (409, "credit_reversed")
        assert balance_of(anna.id).available == 3 * USDT
        assert audit_service().verify().differences == ()

    def test_takes_what_was_not_spent(self, root: Account, anna: Customer) -> None:
        credit = give(root, anna, "30")
        anna.subscribe()
        anna.deposit(50 * USDT)
        assert take_back(root, anna, credit).json["amount"] == "2.000000"
        assert balance_of(anna.id).available == 50 * USDT

    def test_refuses_a_credit_that_is_spent(self, root: Account, anna: Customer) -> None:
        credit = give(root, anna, "28")
        anna.subscribe()
        anna.deposit(50 * USDT)
        answer = take_back(root, anna, credit)
        assert (answer.status, answer.json["code"]) == (409, "credit_spent")
        assert balance_of(anna.id).available == 50 * USDT

    def test_takes_what_a_credit_note_gave_back_of_it(self, root: Account, anna: Customer) -> None:
        credit = give(root, anna, "28")
        anna.subscribe()
        anna.note(anna.invoice_ids()[0], 10 * USDT)
        assert take_back(root, anna, credit).json["amount"] == "10.000000"
        assert balance_of(anna.id).available == 0

    def test_leaves_what_is_held(self, root: Account, anna: Customer) -> None:
        credit = give(root, anna, "5")
        with transaction(SYSTEM):
            service = ledger_service()
            service.hold(anna.id, 4 * USDT, Cause("held", "held"), expires_at=in_an_hour())
        assert take_back(root, anna, credit).json["amount"] == "1.000000"
        answer = take_back(root, anna, credit)
        assert (answer.status, answer.json["code"]) == (409, "credit_spent")

    def test_of_an_unknown_credit_or_of_another_user_is_not_found(
        self, root: Account, anna: Customer
    ) -> None:
        boris = make_customer("boris")
        credit = give(root, boris, "5")
        reversal = take_back(root, boris, give(root, boris, "1")).json
        for id_ in (credit["id"], reversal["id"], str(new_id())):
            answer = take_back(root, anna, {"id": id_})
            assert (answer.status, answer.json["code"]) == (404, "credit_not_found")
        unknown = ask(root, new_id(), {"reverses": credit["id"], "reason": REASON})
        assert (unknown.status, unknown.json["code"]) == (404, "user_not_found")

    def test_of_a_reversal_is_not_found(self, root: Account, anna: Customer) -> None:
        reversal = take_back(root, anna, give(root, anna, "1")).json
        assert take_back(root, anna, reversal).json["code"] == "credit_not_found"

    def test_leaves_room_for_the_day_as_it_was(self, root: Account, anna: Customer) -> None:
        """Who takes back may not give the same money again and again."""
        take_back(root, anna, give(root, anna, "1000"))
        answer = ask(root, anna.id, {"amount": "0.000001", "reason": REASON})
        assert answer.json["code"] == "daily_credits_reached"


def test_the_limits_are_settings() -> None:
    limits = credit_service().limits
    assert (limits.each, limits.per_day) == (1000 * USDT, 1000 * USDT)
