"""The schedules that read the chains, through the functions themselves, on real nodes."""

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.users.get_balance.handler import handler as get_balance
from functions.api.wallets.generate_wallet.handler import handler as generate_wallet
from functions.schedules.scan_chain.handler import handler as scan_chain
from mara.kernel.errors import Conflict
from mara.wallets.model import Network
from mara.wiring.wallets import address_codec
from tests.support.accounts import Account, make_account
from tests.support.anvil import SLOTS
from tests.support.chain_labs import Lab, chain_lab
from tests.support.cloud import storage_and_queues
from tests.support.environment import clear_caches
from tests.support.events import CONTEXT, call

pytestmark = pytest.mark.usefixtures("database")

AMOUNT = 12_500_000


@pytest.fixture(params=list(Network))
def network(request: pytest.FixtureRequest) -> Network:
    return Network(request.param)


@pytest.fixture
def lab(
    network: Network,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Lab]:
    with storage_and_queues(), chain_lab(network, tmp_path_factory.mktemp("lab")) as started:
        monkeypatch.setenv("MARA_CHAINS", json.dumps({network: started.settings()}))
        yield started


def results(log: io.StringIO, network: Network) -> list[Any]:
    """What each tick said that it did."""
    lines = [json.loads(text) for text in log.getvalue().splitlines()]
    name = f"scan-{network}"
    return [line["result"] for line in lines if line.get("schedule") == name and "result" in line]


def address_of(account: Account, network: Network) -> bytes:
    path = "/api/v1/wallets/generate"
    made = call(generate_wallet, "POST", path, headers=account.headers, body={"network": network})
    return address_codec().decode(network, made.json["address"])


def balance_of(account: Account) -> tuple[str, str]:
    said = call(get_balance, "GET", "/api/v1/users/balance", headers=account.headers).json
    return said["pending"], said["available"]


def test_a_deposit_is_pending_and_then_credited_once(network: Network, lab: Lab) -> None:
    anna = make_account("anna")
    lab.mine(3 * SLOTS)
    scan_chain({"network": network}, CONTEXT)  # begins at what is final
    address = address_of(anna, network)
    lab.pay([(address, AMOUNT)])
    scan_chain({"network": network}, CONTEXT)
    if network is not Network.APTOS:  # where what is committed is final
        assert balance_of(anna) == ("12.500000", "0.000000")
    lab.mine(3 * SLOTS)
    for _ in range(2):
        scan_chain({"network": network}, CONTEXT)
        assert balance_of(anna) == ("0.000000", "12.500000")


@pytest.mark.parametrize("network", list(Network))
def test_a_network_that_is_off_is_left_alone(
    network: Network, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARA_CHAINS", "{}")
    scan_chain({"network": network}, CONTEXT)
    assert results(log, network) == ["off"]


def test_a_contract_that_is_not_the_token_stops_the_scan(
    network: Network, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = {**lab.settings(), "symbol": "USDC"}
    monkeypatch.setenv("MARA_CHAINS", json.dumps({network: changed}))
    clear_caches()
    with pytest.raises(Conflict, match="the contract reports USDT"):
        scan_chain({"network": network}, CONTEXT)
