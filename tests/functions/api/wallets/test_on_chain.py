"""Balances on the chain and claims of deposits, through the functions, on real nodes."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from functions.api.users.get_balance.handler import handler as get_balance
from functions.api.wallets.claim_deposit.handler import PER_MINUTE
from functions.api.wallets.claim_deposit.handler import handler as claim_deposit
from functions.api.wallets.generate_wallet.handler import handler as generate_wallet
from functions.api.wallets.get_wallet_balance.handler import handler as get_wallet_balance
from mara.wallets.model import DEPOSIT_RULES, Network
from mara.wiring.wallets import RPC_TIMEOUT_INTERACTIVE_S, address_codec, scan_job
from tests.support.accounts import Account, make_account
from tests.support.anvil import SLOTS
from tests.support.books import credited
from tests.support.chain_labs import EvmLab, Lab, chain_lab
from tests.support.cloud import storage_and_queues
from tests.support.environment import NOWHERE, clear_caches
from tests.support.events import Answer, call
from tests.support.scanning import deposits

pytestmark = pytest.mark.usefixtures("database")

AMOUNT = 12_500_000
UNKNOWN = "0x" + "5f" * 32


@dataclass
class Scene:
    """A chain that is read, on which Anna has a wallet."""

    network: Network
    lab: Lab
    anna: Account
    address: bytes

    def ask(self, account: Account) -> Answer:
        path = f"/api/v1/wallets/my/{self.network}/balance"
        return call(get_wallet_balance, "GET", path, headers=account.headers)

    def claim(self, account: Account, transaction: Any) -> Answer:
        path = f"/api/v1/wallets/my/{self.network}/deposits/claim"
        body = {"transaction": transaction}
        return call(claim_deposit, "POST", path, headers=account.headers, body=body)

    def make_wallet(self, account: Account) -> bytes:
        path, body = "/api/v1/wallets/generate", {"network": self.network}
        made = call(generate_wallet, "POST", path, headers=account.headers, body=body)
        return address_codec().decode(self.network, made.json["address"])

    def available(self) -> str:
        answer = call(get_balance, "GET", "/api/v1/users/balance", headers=self.anna.headers)
        said: str = answer.json["available"]
        return said


@pytest.fixture(params=list(Network))
def scene(
    request: pytest.FixtureRequest,
    database: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scene]:
    network = Network(request.param)
    with chain_lab(network, tmp_path_factory.mktemp("lab")) as lab:
        connect(monkeypatch, network, lab.settings())
        lab.mine(3 * SLOTS)
        look(network)
        scene = Scene(network, lab, make_account("anna"), b"")
        scene.address = scene.make_wallet(scene.anna)
        yield scene


@pytest.fixture(autouse=True)
def cloud(database: str) -> Iterator[None]:
    """Else what is told of deposits would look for its topic on the network."""
    with storage_and_queues():
        yield


def connect(monkeypatch: pytest.MonkeyPatch, network: Network, settings: dict[str, Any]) -> None:
    monkeypatch.setenv("MARA_CHAINS", json.dumps({network: settings}))
    clear_caches()


def look(network: Network) -> None:
    """As the schedule does."""
    from mara.platform.clock import now

    scan_job().run(network, now())


class TestBalance:
    def test_is_what_the_chain_says_after_a_block_that_it_names(self, scene: Scene) -> None:
        scene.lab.pay([(scene.address, AMOUNT)])
        latest = scene.lab.chain().get_head(()).latest.number
        answer = scene.ask(scene.anna)
        assert answer.status == 200
        assert answer.json["block"] == latest
        assert answer.json["as_of"]
        native = DEPOSIT_RULES[scene.network].native.symbol
        assert answer.json["balances"] == [
            {"asset": "USDT", "amount": "12.500000"},
            {"asset": native, "amount": "0"},
        ]
        assert scene.available() == "0.000000"  # what is on the chain is not credited yet

    def test_is_told_by_the_provider_that_answers(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = scene.lab.settings()
        both = {**settings, "urls": [NOWHERE, *settings["urls"]]}
        connect(monkeypatch, scene.network, both)
        assert scene.ask(scene.anna).status == 200

    def test_is_never_nothing_where_no_provider_answers(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connect(monkeypatch, scene.network, {**scene.lab.settings(), "urls": [NOWHERE]})
        answer = scene.ask(scene.anna)
        assert (answer.status, answer.json["code"]) == (503, "chain_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "balances" not in answer.json
        assert NOWHERE not in answer.text

    def test_does_not_wait_for_a_provider_that_keeps_silent(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = scene.lab.settings()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            urls = [f"http://127.0.0.1:{silent.getsockname()[1]}", *settings["urls"]]
            connect(monkeypatch, scene.network, {**settings, "urls": urls})
            began = time.monotonic()
            assert scene.ask(scene.anna).status == 200
        assert time.monotonic() - began < 2 * RPC_TIMEOUT_INTERACTIVE_S

    def test_counts_the_coin_of_the_chain_to_its_last_place(self, scene: Scene) -> None:
        if not isinstance(scene.lab, EvmLab):
            pytest.skip("Nobody has any coins on the simulator.")
        holder = "0x" + scene.address.hex()
        scene.lab.node._do("anvil_setBalance", [holder, hex(10**18 + 1)])
        text = {Network.ARBITRUM: "1.000000000000000001", Network.TRON: "1000000000000.000001"}
        assert scene.ask(scene.anna).json["balances"][1]["amount"] == text[scene.network]

    def test_of_no_wallet_is_a_404(self, scene: Scene) -> None:
        assert scene.ask(make_account("boris")).status == 404


class TestClaim:
    def test_credits_at_once_what_is_final_and_only_once(self, scene: Scene) -> None:
        transaction = scene.lab.pay([(scene.address, AMOUNT)])
        scene.lab.mine(3 * SLOTS)
        first, again = (scene.claim(scene.anna, transaction) for _ in range(2))
        assert (first.status, again.status) == (200, 200)
        (deposit,) = first.json["items"]
        assert (deposit["amount"], deposit["state"]) == ("12.500000", "credited")
        assert again.json == first.json
        look(scene.network)
        assert scene.available() == "12.500000"

    def test_shows_what_is_not_final_and_leaves_it_to_the_scan(self, scene: Scene) -> None:
        if scene.network is Network.APTOS:
            pytest.skip("What Aptos has committed is final.")
        transaction = scene.lab.pay([(scene.address, AMOUNT)])
        (deposit,) = scene.claim(scene.anna, transaction).json["items"]
        assert deposit["state"] == "seen"
        assert scene.available() == "0.000000"
        scene.lab.mine(3 * SLOTS)
        look(scene.network)
        assert scene.available() == "12.500000"

    def test_takes_a_hash_as_explorers_of_tron_write_it(self, scene: Scene) -> None:
        transaction = scene.lab.pay([(scene.address, AMOUNT)])
        claimed = scene.claim(scene.anna, transaction.removeprefix("0x").upper())
        assert claimed.json["items"][0]["transaction"] == transaction

    def test_of_what_went_to_somebody_else_is_a_404_and_changes_nothing(self, scene: Scene) -> None:
        boris = make_account("boris")
        scene.make_wallet(boris)
        transaction = scene.lab.pay([(scene.address, AMOUNT)])
        scene.lab.mine(3 * SLOTS)
        answer = scene.claim(boris, transaction)
        assert (answer.status, answer.json["code"]) == (404, "transaction_not_found")
        assert answer.json == scene.claim(boris, UNKNOWN).json
        assert deposits() == {}
        scene.claim(scene.anna, transaction)
        before = deposits()
        assert scene.claim(boris, transaction).status == 404
        assert deposits() == before
        assert credited() == {scene.anna.id: AMOUNT}

    def test_of_another_token_finds_nothing(self, scene: Scene) -> None:
        transaction = scene.lab.pay_in_another_token(scene.address, AMOUNT)
        scene.lab.mine(3 * SLOTS)
        assert scene.claim(scene.anna, transaction).status == 404
        assert deposits() == {}

    def test_gives_each_only_their_own_part_of_a_transaction(self, scene: Scene) -> None:
        boris = make_account("boris")
        other = scene.make_wallet(boris)
        transaction = scene.lab.pay([(scene.address, AMOUNT), (other, 2 * AMOUNT)])
        scene.lab.mine(3 * SLOTS)
        for account, amount in ((boris, "25.000000"), (scene.anna, "12.500000")):
            (deposit,) = scene.claim(account, transaction).json["items"]
            assert deposit["amount"] == amount

    def test_of_what_no_block_holds_is_a_404(self, scene: Scene) -> None:
        assert scene.claim(scene.anna, UNKNOWN).status == 404
        assert scene.claim(make_account("boris"), UNKNOWN).status == 404

    @pytest.mark.parametrize(
        "transaction", ["", "0x", "0x12", "5f" * 33, "0x" + "zz" * 32, 7, None, ["0x" + "5f" * 32]]
    )
    def test_of_what_is_no_hash_is_refused_and_stores_nothing(
        self, scene: Scene, transaction: Any
    ) -> None:
        assert scene.claim(scene.anna, transaction).status == 422
        assert deposits() == {}

    def test_that_comes_too_often_is_refused_before_it_costs_anything(self, scene: Scene) -> None:
        if scene.network is not Network.APTOS:
            pytest.skip("The frame's work, whatever the chain; Aptos' simulator is the fastest.")
        boris = make_account("boris")
        scene.make_wallet(boris)
        statuses = [scene.claim(scene.anna, UNKNOWN).status for _ in range(PER_MINUTE + 1)]
        assert statuses == [404] * PER_MINUTE + [429]
        assert scene.ask(scene.anna).status == 200
        assert scene.claim(boris, UNKNOWN).status == 404

    def test_waits_for_a_provider_that_answers(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        transaction = scene.lab.pay([(scene.address, AMOUNT)])
        settings = scene.lab.settings()
        connect(monkeypatch, scene.network, {**settings, "urls": [NOWHERE]})
        answer = scene.claim(scene.anna, transaction)
        assert (answer.status, answer.json["code"]) == (503, "chain_unavailable")
        assert deposits() == {}


def test_a_network_that_is_off_says_so_and_stores_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = scene.lab.pay([(scene.address, AMOUNT)])
    monkeypatch.setenv("MARA_CHAINS", "{}")
    clear_caches()
    for answer in (scene.ask(scene.anna), scene.claim(scene.anna, transaction)):
        assert (answer.status, answer.json["code"]) == (503, "network_off")
        assert int(answer.headers["retry-after"]) > 0
    assert deposits() == {}


@pytest.mark.parametrize("network", ["bitcoin", "ARBITRUM", "tron%20", "0"])
def test_a_network_that_there_is_not_is_refused(network: str) -> None:
    anna = make_account("anna")
    path = f"/api/v1/wallets/my/{network}"
    asked = call(get_wallet_balance, "GET", f"{path}/balance", headers=anna.headers)
    body = {"transaction": UNKNOWN}
    claimed = call(claim_deposit, "POST", f"{path}/deposits/claim", headers=anna.headers, body=body)
    assert (asked.status, claimed.status) == (422, 422)
