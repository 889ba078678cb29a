"""GET /api/v1/wallets/deposits, through the function itself."""

from dataclasses import replace
from typing import Any

import pytest

from functions.api.wallets.list_all_deposits.handler import handler as list_all_deposits
from functions.api.wallets.list_deposits.handler import handler as list_deposits
from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import transaction
from mara.wallets.adapters.deposits import PostgresDeposits
from mara.wallets.model import Network
from tests.support.accounts import Account, make_account
from tests.support.events import call
from tests.support.scanning import begin_scans, give_wallet
from tests.support.wallet_deposits import address_on, make_deposit

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/wallets/deposits"
NETWORKS = [Network.ARBITRUM, Network.APTOS, Network.TRON, Network.ARBITRUM, Network.APTOS]


@pytest.fixture
def anna() -> Account:
    """A user with a wallet on each network, and five deposits in turn."""
    begin_scans()
    account = make_account("anna")
    for network in Network:
        give_wallet(account.id, address_on(network), network)
    ids = sorted(new_id() for _ in NETWORKS)  # those of one millisecond come in any order
    with transaction(SYSTEM):
        for number, network in enumerate(NETWORKS, start=1):
            deposit = make_deposit(account, network, number)
            PostgresDeposits().save(replace(deposit, id=ids[number - 1]))
    return account


def ask(account: Account, **query: str) -> Any:
    return call(list_all_deposits, "GET", PATH, headers=account.headers, query=query).json


class TestListAllDeposits:
    def test_has_those_of_all_networks_the_newest_first(self, anna: Account) -> None:
        items = ask(anna)["items"]
        assert [item["network"] for item in items] == NETWORKS[::-1]
        assert [item["amount"] for item in items] == [f"{n}.000000" for n in (5, 4, 3, 2, 1)]

    def test_shows_each_as_the_list_of_its_network_does(self, anna: Account) -> None:
        items = {item["id"]: item for item in ask(anna)["items"]}
        for network in Network:
            path = f"/api/v1/wallets/my/{network}/deposits"
            of_it = call(list_deposits, "GET", path, headers=anna.headers).json["items"]
            assert of_it
            for item in of_it:
                other = items[item["id"]]
                assert {**item, "eta_s": None} == {**other, "eta_s": None}

    def test_comes_in_pages(self, anna: Account) -> None:
        found, cursor = list[str](), ""
        while True:
            page = ask(anna, limit="2", **({"cursor": cursor} if cursor else {}))
            found += [item["amount"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == [f"{n}.000000" for n in (5, 4, 3, 2, 1)]

    def test_has_nothing_of_another_user(self, anna: Account) -> None:
        assert ask(make_account("boris"))["items"] == []

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(list_all_deposits, "GET", PATH).status == 401
