"""Lists take the same parameters: page, order, number of items; a cursor is bound to them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions.api.auth.list_api_keys.handler import handler as list_api_keys
from functions.api.auth.list_sessions.handler import handler as list_sessions
from functions.api.users.list_balance_entries.handler import handler as list_balance_entries
from functions.api.wallets.list_all_deposits.handler import handler as list_all_deposits
from functions.api.wallets.list_deposits.handler import handler as list_deposits
from mara.auth.model import Scope
from mara.entrypoints.http import LambdaHandler
from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model import Cause
from mara.platform.database import connection, transaction
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.model import DepositState, Network
from mara.wiring.auth import api_key_service, session_service
from mara.wiring.ledger import ledger_service
from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.events import Answer, call
from tests.support.scanning import begin_scans, give_wallet
from tests.support.wallet_deposits import address_on, make_deposit

pytestmark = pytest.mark.usefixtures("database")

AMOUNTS = (3, 1, 2, 1, 5)
NAMES = ("b", "Я", "a", "б", "b")


def deposit_some(account: Account) -> None:
    begin_scans()
    for network in Network:
        give_wallet(account.id, address_on(network), network)
    with transaction(SYSTEM):
        for number, amount in enumerate(AMOUNTS, start=1):
            deposit = make_deposit(account, Network.TRON, number)
            state = DepositState.ORPHANED if number == 1 else DepositState.SEEN
            PostgresDeposits().save(
                replace(deposit, amount_micro_usdt=amount * 1_000_000, state=state)
            )


def credit_some(account: Account) -> None:
    with transaction(SYSTEM):
        for number, amount in enumerate(AMOUNTS):
            cause = Cause(f"{account.id} {number}", f"deposit {number}")
            ledger_service().credit_deposit(account.id, "tron", amount, cause)


def make_keys(account: Account) -> None:
    for name in NAMES:
        api_key_service().create(account.principal, name=name, scopes=[Scope.BALANCE_READ])


def log_in_often(account: Account) -> None:
    for _ in range(4):  # beside the session that the account has already
        session_service().log_in(email=account.email, password=PASSWORD, address="192.0.2.1")
    with transaction(SYSTEM):
        # The use of sessions in another order than their logins.
        connection().execute(
            "UPDATE sessions SET last_used_at = created_at + interval '1 hour' * "
            "(abs(hashtext(id::text)) % 5)"
        )


@dataclass(frozen=True)
class Case:
    """A list of five items; ``of`` are fields of its items by the name of an order."""

    handler: LambdaHandler
    path: str
    fill: Callable[[Account], None]
    of: dict[str, str]
    key: str = "id"

    def ask(self, account: Account, **query: str) -> Answer:
        return call(self.handler, "GET", self.path, query=query, headers=account.headers)

    def walk(self, account: Account, **query: str) -> list[Any]:
        """All items, two to a page."""
        found: list[Any] = []
        while True:
            answer = self.ask(account, limit="2", **query)
            assert answer.status == 200, answer.text
            found += answer.json["items"]
            if answer.json["next_cursor"] is None:
                return found
            query["cursor"] = answer.json["next_cursor"]


DEPOSITS = Case(
    list_all_deposits,
    "/api/v1/wallets/deposits",
    deposit_some,
    {"amount": "amount"},
)
CASES = {
    "deposits": DEPOSITS,
    "deposits of a network": replace(
        DEPOSITS, handler=list_deposits, path="/api/v1/wallets/my/tron/deposits"
    ),
    "entries": Case(
        list_balance_entries, "/api/v1/users/balance/entries", credit_some, {}, key="number"
    ),
    "keys": Case(list_api_keys, "/api/v1/auth/api-keys", make_keys, {"name": "name"}),
    "sessions": Case(
        list_sessions, "/api/v1/auth/sessions", log_in_often, {"last_used_at": "last_used_at"}
    ),
}


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def anna(case: Case) -> Account:
    account, other = make_account("anna"), make_account("boris")
    case.fill(account)
    if case.fill is not deposit_some:  # an address belongs to one user
        case.fill(other)
    return account


class TestLists:
    def test_are_sorted_by_creation_both_ways(self, case: Case, anna: Account) -> None:
        newest, oldest = case.walk(anna), case.walk(anna, sort="created_at")
        assert newest == case.walk(anna, sort="-created_at") == oldest[::-1]
        keys = [item[case.key] for item in oldest]  # ids are UUIDv7: those made later are greater
        assert (len(keys), keys) == (5, sorted(keys))

    def test_are_sorted_by_other_fields_both_ways(self, case: Case, anna: Account) -> None:
        for name, field in case.of.items():
            up, down = case.walk(anna, sort=name), case.walk(anna, sort=f"-{name}")
            assert up == down[::-1]
            assert [item[field] for item in up] == sorted(item[field] for item in up)
            assert len({item["id"] for item in up}) == 5

    def test_count_their_items_where_asked(self, case: Case, anna: Account) -> None:
        assert case.ask(anna, limit="2", total="true").json["total"] == 5
        assert case.ask(anna).json.get("total") is None

    def test_bind_cursors_to_their_order(self, case: Case, anna: Account) -> None:
        cursor = case.ask(anna, limit="2", sort="created_at").json["next_cursor"]
        answer = case.ask(anna, cursor=cursor)
        assert (answer.status, answer.json["code"]) == (422, "invalid_cursor")
        assert answer.json["errors"][0]["pointer"] == "query:cursor"

    def test_refuse_another_order_and_parameter(self, case: Case, anna: Account) -> None:
        for query in ({"sort": "id"}, {"sort": "-"}, {"sorted": "x"}, {"limit": "101"}):
            assert case.ask(anna, **query).status == 422


class TestDeposits:
    def test_are_filtered_by_state_and_the_cursor_bound_to_it(self) -> None:
        anna = make_account("anna")
        deposit_some(anna)
        for case in (CASES["deposits"], CASES["deposits of a network"]):
            assert len(case.walk(anna, state="seen")) == 4
            page = case.ask(anna, state="seen", limit="2", total="true").json
            assert page["total"] == 4
            assert case.ask(anna, cursor=page["next_cursor"]).status == 422
