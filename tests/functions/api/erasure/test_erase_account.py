"""DELETE /api/v1/users/me, through the function itself, and the certificate for operators."""

import pytest

from functions.api.erasure.erase_account.handler import handler as erase_account
from functions.api.erasure.get_erasure.handler import handler as get_erasure
from functions.api.users.get_profile.handler import handler as get_profile
from mara.kernel.ids import new_id
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.database import connection, transaction
from mara.wiring.ledger import ledger_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.events import Answer, call

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/users/me"
GIVEN_UP = {"password": PASSWORD, "give_up_balance": True}


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def erase(account: Account, **body: object) -> Answer:
    sent = {"password": PASSWORD, **body}
    return call(erase_account, "DELETE", PATH, headers=account.headers, body=sent)


def pay_in(account: Account, name: str) -> None:
    with transaction(SYSTEM):
        ledger_service().credit_deposit(account.id, "tron", 5_000_000, Cause(name, name))


def stored(statement: str, *parameters: object) -> object:
    with transaction(SYSTEM):
        row = connection().execute(statement, parameters).fetchone()
    return row and row[0]


class TestEraseAccount:
    def test_closes_the_account_at_once(self, anna: Account) -> None:
        answer = erase(anna)
        assert (answer.status, answer.json["state"]) == (202, "waiting")
        profile = call(get_profile, "GET", "/api/v1/users/me/profile", headers=anna.headers)
        assert profile.status == 401
        email = "SELECT email FROM users WHERE id = %s"
        assert stored(email, anna.id) == f"{anna.id}@erased.invalid"

    def test_frees_the_address_for_another_account(self, anna: Account) -> None:
        erase(anna)
        assert make_account("anna").id != anna.id

    def test_refuses_a_wrong_password(self, anna: Account) -> None:
        answer = erase(anna, password="not the one")
        assert (answer.status, answer.json["code"]) == (401, "invalid_credentials")

    def test_refuses_a_balance_that_is_not_given_up(self, anna: Account) -> None:
        pay_in(anna, "deposit")
        answer = erase(anna)
        assert (answer.status, answer.json["code"]) == (409, "balance_left")
        assert answer.json["left"] == "5.000000"
        assert erase(anna, give_up_balance=True).status == 202
        kind = "SELECT count(*) FROM ledger_transfers WHERE owner_id = %s AND kind = 'write_off'"
        assert stored(kind, anna.id) == 1
        available = "SELECT available FROM ledger_accounts WHERE owner_id = %s"
        assert stored(available, anna.id) == 0

    def test_refuses_while_a_deposit_is_not_credited(self, anna: Account) -> None:
        with transaction(SYSTEM):
            connection().execute(
                "INSERT INTO deposits (id, owner_id, network, transaction, position, recipient,"
                " amount_micro_usdt, block_number, block_hash, log_index, state, reader, seen_at)"
                " VALUES (%s, %s, 'tron', 'a', 0, 'b', 1000000, 1, 'c', 0, 'seen', 'r', now())",
                (new_id(), anna.id),
            )
        answer = erase(anna, give_up_balance=True)
        assert (answer.status, answer.json["code"]) == (409, "money_on_its_way")

    def test_refuses_the_last_superuser(self) -> None:
        answer = erase(make_account("root", Role.SUPERUSER))
        assert (answer.status, answer.json["code"]) == (409, "last_superuser")

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(erase_account, "DELETE", PATH, body=GIVEN_UP).status == 401


class TestGetErasure:
    def test_shows_operators_what_was_sent_to_the_closed_account_later(self, anna: Account) -> None:
        erase(anna)
        pay_in(anna, "late deposit")
        admin = make_account("boris", Role.ADMIN)
        path = f"/api/v1/admin/users/{anna.id}/erasure"
        answer = call(get_erasure, "GET", path, headers=admin.headers)
        assert (answer.status, answer.json["balance"]) == (200, "5.000000")
        assert answer.json["certificate"] is None
        unknown = f"/api/v1/admin/users/{admin.id}/erasure"
        assert call(get_erasure, "GET", unknown, headers=admin.headers).status == 404
        assert call(get_erasure, "GET", path, headers=make_account("vera").headers).status == 403
