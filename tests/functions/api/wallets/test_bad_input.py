"""What no route of wallets takes: refused with a 422, by a problem document, and nothing stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction
from tests.support.accounts import Account, make_account
from tests.support.events import Answer
from tests.support.openapi import Operation, operations
from tests.support.scanning import begin_scans

pytestmark = pytest.mark.usefixtures("database")

WALLETS = {name: found for name, found in operations().items() if found.spec["tags"] == ["wallets"]}
BY_NETWORK = [found for found in WALLETS.values() if found.parameters == ["network"]]
WITH_BODY = [found for found in WALLETS.values() if found.body_schema]

NO_NETWORKS = ["bitcoin", "Arbitrum", "TRON", "aptos ", "tron%00", "0", "..", "тron", "a" * 5000]
NO_BODIES: list[Any] = [[], [{}], "tron", 7, None, {}, {"network": None, "transaction": None}]
STORED = """
    SELECT (SELECT count(*) FROM wallets) + (SELECT count(*) FROM vaults)
        + (SELECT count(*) FROM deposits) + (SELECT count(*) FROM ledger_transfers)
"""


@pytest.fixture
def anna() -> Iterator[Account]:
    """With nothing; what is refused stores nothing for her either."""
    begin_scans()
    yield make_account("anna")
    with transaction(SYSTEM):
        assert connection().execute(STORED).fetchone() == (0,)


def refused(answer: Answer) -> bool:
    """As every refusal of ours, with what was wrong, and without what was sent."""
    problem = answer.json
    return answer.status == 422 and problem["code"] == "bad_request" and bool(problem["errors"])


def body_of(operation: Operation) -> Any:
    return operation.examples[0] if operation.examples else None


def test_every_route_of_wallets_is_tried() -> None:
    without_input = {"list_wallets", "list_all_deposits"}
    # Of both, the query alone can be wrong, which the tests of all queries try.
    assert {found.id for found in [*BY_NETWORK, *WITH_BODY]} == set(WALLETS) - without_input


@pytest.mark.parametrize("operation", BY_NETWORK, ids=lambda found: found.id)
def test_a_network_that_there_is_not(operation: Operation, anna: Account) -> None:
    for network in NO_NETWORKS:
        sent = {"body": body_of(operation), "headers": anna.headers}
        assert refused(operation.call({"network": network}, **sent)), network


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda found: found.id)
def test_a_body_of_another_shape(operation: Operation, anna: Account) -> None:
    headers = {**anna.headers, "content-type": "application/json"}
    for body in NO_BODIES:
        sent = {"raw": json.dumps(body).encode(), "headers": headers}
        assert refused(operation.call({"network": "tron"}, **sent)), body


@pytest.mark.parametrize("operation", WITH_BODY, ids=lambda found: found.id)
def test_a_body_with_more_than_it_should(operation: Operation, anna: Account) -> None:
    for more in ({"address": "0x" + "11" * 20}, {"owner_id": str(anna.id)}, {"amount": "1e3"}):
        sent = {"body": {**body_of(operation), **more}, "headers": anna.headers}
        assert refused(operation.call({"network": "tron"}, **sent))
