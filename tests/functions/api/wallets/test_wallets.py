"""Wallets and deposits, through the functions themselves."""

from datetime import timedelta
from typing import Any

import pytest

from functions.api.wallets.generate_wallet.handler import handler as generate_wallet
from functions.api.wallets.get_wallet.handler import handler as get_wallet
from functions.api.wallets.list_deposits.handler import handler as list_deposits
from functions.api.wallets.list_wallets.handler import handler as list_wallets
from mara.wallets.model import Network
from mara.wallets.model.addresses import receives_at
from mara.wiring.wallets import address_codec, deposit_rules, wallet_service
from tests.support.accounts import Account, make_account
from tests.support.chains import Payment, SimulatedChain, SimulatedProvider
from tests.support.environment import clear_caches
from tests.support.events import Answer, call
from tests.support.scanning import begin_scans, scanner
from tests.support.world import RULES

pytestmark = pytest.mark.usefixtures("database")

MY = "/api/v1/wallets/my"


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture
def reading(database: str) -> None:
    """The chains are read, so that wallets may be made."""
    begin_scans()


def generate(account: Account, body: Any) -> Answer:
    return call(
        generate_wallet,
        "POST",
        "/api/v1/wallets/generate",
        headers=account.headers,
        body=body,
    )


def deposits_of(account: Account, network: str, query: dict[str, str] | None = None) -> Answer:
    path = f"{MY}/{network}/deposits"
    return call(list_deposits, "GET", path, headers=account.headers, query=query)


@pytest.mark.usefixtures("reading")
class TestGenerate:
    @pytest.mark.parametrize("network", list(Network))
    def test_makes_a_wallet_once(self, anna: Account, network: Network) -> None:
        first, again = (generate(anna, {"network": network}) for _ in range(2))
        assert (first.status, again.status) == (201, 200)
        assert first.json == again.json
        address = first.json["address"]
        address_codec().decode(network, address)
        assert address in first.json["qr"]["payload"]
        assert first.json["qr"]["svg"].startswith("<svg")
        assert first.json["rules"]["min_amount"] == "1.000000"

    def test_gives_each_user_addresses_of_their_own(self, anna: Account) -> None:
        users = [anna, make_account("boris")]
        made = [generate(user, {"network": n}).json["address"] for user in users for n in Network]
        assert len(set(made)) == 2 * len(Network)

    @pytest.mark.parametrize(
        "body", [{}, {"network": "bitcoin"}, {"network": 1}, {"network": "tron", "seed": "a b"}]
    )
    def test_of_anything_else_is_refused_and_makes_nothing(
        self, anna: Account, body: dict[str, Any]
    ) -> None:
        assert generate(anna, body).status == 422
        assert wallet_service().list(anna.principal) == []

    def test_asks_for_the_token_itself_on_arbitrum(self, anna: Account) -> None:
        made = generate(anna, {"network": "arbitrum"}).json
        contract = deposit_rules()[Network.ARBITRUM].contract
        assert made["qr"]["payload"] == (
            f"ethereum:{contract}@42161/transfer?address={made['address']}"
        )


class TestGenerateTooEarly:
    def test_on_a_chain_that_is_not_read_yet_is_refused_and_makes_nothing(
        self, anna: Account
    ) -> None:
        refused = generate(anna, {"network": "tron"})
        assert (refused.status, refused.json["code"]) == (503, "network_off")
        assert int(refused.headers["retry-after"]) > 0
        assert wallet_service().list(anna.principal) == []

    @pytest.mark.usefixtures("reading")
    def test_on_a_network_that_is_off_is_refused_and_makes_nothing(
        self, anna: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_CHAINS", "{}")
        assert generate(anna, {"network": "tron"}).status == 503
        assert wallet_service().list(anna.principal) == []

    @pytest.mark.usefixtures("reading")
    def test_is_shown_still_where_its_network_went_off(
        self, anna: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = generate(anna, {"network": "tron"}).json
        monkeypatch.setenv("MARA_CHAINS", "{}")
        clear_caches()
        assert call(list_wallets, "GET", MY, headers=anna.headers).json["items"] == [made]
        assert generate(anna, {"network": "tron"}).json == made


@pytest.mark.usefixtures("reading")
class TestRead:
    def test_lists_ones_own_alone(self, anna: Account) -> None:
        made = [generate(anna, {"network": network}).json for network in Network]
        generate(make_account("boris"), {"network": "tron"})
        listed = call(list_wallets, "GET", MY, headers=anna.headers)
        by_network = {wallet["network"]: wallet for wallet in listed.json["items"]}
        assert by_network == {wallet["network"]: wallet for wallet in made}

    def test_of_one_that_was_not_made_is_a_404(self, anna: Account) -> None:
        generate(anna, {"network": "tron"})
        for network, status in (("tron", 200), ("aptos", 404), ("bitcoin", 422)):
            got = call(get_wallet, "GET", f"{MY}/{network}", headers=anna.headers)
            assert got.status == status
            assert deposits_of(anna, network).status == status


class TestDeposits:
    def test_are_shown_from_seen_to_credited(self, anna: Account) -> None:
        chain = SimulatedChain()
        provider = SimulatedProvider(chain)
        scan(provider)
        generate(anna, {"network": "arbitrum"})
        wallet = wallet_service().get(anna.principal, Network.ARBITRUM)
        paid = chain.transaction(Payment(wallet.receives_at, 12_500_000))
        chain.mine(paid)
        scan(provider)
        (seen,) = deposits_of(anna, "arbitrum").json["items"]
        assert (seen["state"], seen["amount"]) == ("seen", "12.500000")
        assert (seen["confirmations"], seen["credited_at"]) == (1, None)
        assert seen["eta_s"] >= 0
        for _ in range(10):
            chain.mine()
        scan(provider)
        (credited,) = deposits_of(anna, "arbitrum").json["items"]
        assert (credited["state"], credited["id"]) == ("credited", seen["id"])
        assert (credited["confirmations"], credited["eta_s"]) == (11, None)
        assert credited["transaction"] == paid.hash

    def test_come_in_pages_the_newest_first(self, anna: Account) -> None:
        chain = SimulatedChain()
        scan(SimulatedProvider(chain))
        generate(anna, {"network": "arbitrum"})
        wallet = wallet_service().get(anna.principal, Network.ARBITRUM)
        for amount in (1, 2, 3):
            chain.mine(chain.transaction(Payment(wallet.receives_at, amount * 1_000_000)))
            scan(SimulatedProvider(chain))
        first = deposits_of(anna, "arbitrum", {"limit": "2"}).json
        rest = deposits_of(anna, "arbitrum", {"limit": "2", "cursor": first["next_cursor"]}).json
        amounts = [item["amount"] for page in (first, rest) for item in page["items"]]
        assert amounts == ["3.000000", "2.000000", "1.000000"]
        assert rest["next_cursor"] is None


@pytest.mark.usefixtures("reading")
def test_on_aptos_the_store_of_the_token_is_watched(anna: Account) -> None:
    generate(anna, {"network": "aptos"})
    wallet = wallet_service().get(anna.principal, Network.APTOS)
    contract = deposit_rules()[Network.APTOS].contract
    assert wallet.receives_at == receives_at(
        Network.APTOS, wallet.address, address_codec().decode(Network.APTOS, contract)
    )
    assert wallet.receives_at != wallet.address


def scan(provider: SimulatedProvider) -> None:
    service = scanner([provider], rules=RULES)
    service.run(service.now() + timedelta(minutes=1))
