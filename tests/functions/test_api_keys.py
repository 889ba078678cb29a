"""API keys open the routes of the contract, and no other, whatever scopes they have.

The table is the contract's, not the handlers': a route that takes keys by mistake fails here.
"""

from uuid import UUID, uuid4

import pytest

from mara.auth.model import Scope
from mara.auth.model.permissions import Access
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from mara.wiring.auth import api_key_service
from tests.support.accounts import Account, make_account
from tests.support.billing import USDT, plan_version
from tests.support.events import Answer
from tests.support.openapi import Operation, operations
from tests.support.subscriptions import add_plan, pay_in, subscribe_now

pytestmark = pytest.mark.usefixtures("database")

SCOPE_OF = {
    "ask_agent": Scope.AGENTS_ASK,
    "get_agent": Scope.AGENTS_READ,
    "get_answer": Scope.AGENTS_READ,
    "list_agents": Scope.AGENTS_READ,
    "list_models": Scope.AGENTS_READ,
    "get_alert": Scope.ALERTS_READ,
    "get_my_usage": Scope.USAGE_READ,
    "list_alerts": Scope.ALERTS_READ,
    "list_chat_alerts": Scope.ALERTS_READ,
    "get_document": Scope.DOCUMENTS_READ,
    "list_chunks": Scope.DOCUMENTS_READ,
    "list_documents": Scope.DOCUMENTS_READ,
    "search_documents": Scope.DOCUMENTS_READ,
    "upload_document": Scope.DOCUMENTS_WRITE,
    "get_balance": Scope.BALANCE_READ,
}
"""Every route that takes API keys, with the scope that the key needs."""

PROTECTED = {
    name: found for name, found in operations().items() if found.rule.access is not Access.PUBLIC
}
REFUSING = {name: found for name, found in PROTECTED.items() if name not in SCOPE_OF}


def key_of(account: Account, scopes: frozenset[Scope]) -> dict[str, str]:
    _, secret = api_key_service().create(
        account.principal, name="key", scopes=scopes, expires_at=None
    )
    return {"x-api-key": secret}


def call(operation: Operation, account: Account, headers: dict[str, str]) -> Answer:
    """Call it with its example for the account's own objects, as far as it has some."""
    own = {"network": "tron", "user_id": str(account.id)}
    ids = {name: own.get(name, str(uuid4())) for name in operation.parameters}
    body = operation.examples[0] if operation.examples else None
    return operation.call(ids, headers=headers, body=body)


def billing_of(owner_id: UUID) -> list[object]:
    """What billing stores of the owner, and the plans that there are."""
    with transaction(SYSTEM):
        link = connection()
        return [
            link.execute("SELECT * FROM subscriptions WHERE owner_id = %s", [owner_id]).fetchall(),
            link.execute("SELECT * FROM invoices WHERE owner_id = %s", [owner_id]).fetchall(),
            link.execute("SELECT * FROM credits WHERE owner_id = %s", [owner_id]).fetchall(),
            link.execute("SELECT * FROM plan_versions ORDER BY id").fetchall(),
            link.execute("SELECT * FROM plans ORDER BY id").fetchall(),
        ]


@pytest.fixture
def root() -> Account:
    """Whose role every route would serve, with a subscription and money to change it."""
    account = make_account("root", Role.SUPERUSER)
    add_plan(plan_version("team", price=USDT))
    add_plan(plan_version("business", price=2 * USDT))
    subscribe_now(account.id, plan_version("gold"))
    pay_in(account.id, 100 * USDT)
    return account


class TestRoutesWithoutAScope:
    def test_are_all_of_billing_but_the_use_and_the_prices(self) -> None:
        of_billing = {
            name
            for name, found in operations().items()
            if ".billing." in found.handler_module.__name__
        }
        assert of_billing - set(REFUSING) == {"get_my_usage", "list_plans"}
        assert {"change_subscription", "limit_overage", "cancel_subscription"} <= set(REFUSING)

    def test_refuse_a_superusers_key_with_all_scopes_and_change_nothing(
        self, root: Account
    ) -> None:
        before = billing_of(root.id)
        headers = key_of(root, frozenset(Scope))
        for name, operation in REFUSING.items():
            answer = call(operation, root, headers)
            assert answer.status == 403, name
            assert answer.json["code"] == "key_not_allowed", name
        assert billing_of(root.id) == before


class TestRoutesWithAScope:
    @pytest.mark.parametrize("name", SCOPE_OF)
    def test_refuse_a_key_with_all_others(self, root: Account, name: str) -> None:
        headers = key_of(root, frozenset(Scope) - {SCOPE_OF[name]})
        answer = call(PROTECTED[name], root, headers)
        assert (answer.status, answer.json["code"]) == (403, "missing_scope")

    @pytest.mark.parametrize("name", SCOPE_OF)
    def test_serve_a_key_with_theirs_alone(self, root: Account, name: str) -> None:
        operation = PROTECTED[name]
        answer = call(operation, root, key_of(root, frozenset({SCOPE_OF[name]})))
        # The ids in paths are of nothing.
        assert answer.status in ({404} if operation.parameters else {200, 201}), answer.text
