"""Wallets on the wire."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mara.wallets.model import (
    DEPOSIT_RULES,
    AddressBalances,
    BlockRef,
    Deposit,
    DepositKey,
    DepositState,
    Network,
    OnChainBalance,
    Wallet,
)
from mara.wallets.schemas import ClaimIn, DepositOut, QrOut, WalletBalanceOut

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAME = "ab" * 32


def native(network: Network, amount: int) -> str:
    """The amount of the chain's own coin, as it is shown."""
    address = bytes(32 if network is Network.APTOS else 20)
    wallet = Wallet(uuid4(), network, address, address, NOW, "the address")
    holdings = OnChainBalance(AddressBalances(BlockRef(7, "0x07"), 1, amount), NOW)
    token, coin = WalletBalanceOut.of(wallet, holdings, DEPOSIT_RULES[network]).balances
    assert (token.asset, token.amount) == ("USDT", "0.000001")
    assert coin.asset == {"arbitrum": "ETH", "tron": "TRX", "aptos": "APT"}[network]
    return coin.amount


class TestNativeAmount:
    @pytest.mark.parametrize(
        ("network", "amount", "text"),
        [
            (Network.ARBITRUM, 0, "0"),
            (Network.ARBITRUM, 1, "0.000000000000000001"),
            (Network.ARBITRUM, 1_500_000_000_000_000_000, "1.5"),
            (Network.ARBITRUM, 10**20, "100"),
            (Network.TRON, 1, "0.000001"),
            (Network.TRON, 12_000_000, "12"),
            (Network.APTOS, 1, "0.00000001"),
        ],
    )
    def test_is_in_the_decimals_of_the_chain(
        self, network: Network, amount: int, text: str
    ) -> None:
        assert native(network, amount) == text

    @given(st.sampled_from(Network), st.integers(0, 2**256))
    def test_loses_nothing(self, network: Network, amount: int) -> None:
        text = native(network, amount)
        places = {Network.ARBITRUM: 18, Network.TRON: 6, Network.APTOS: 8}[network]
        assert int(Decimal(text).as_tuple().exponent) >= -places
        whole, _, fraction = text.partition(".")
        assert int(whole + fraction.ljust(places, "0")) == amount


class TestClaim:
    @pytest.mark.parametrize("text", [NAME, f"0x{NAME}", f"0x{NAME.upper()}"])
    def test_takes_a_hash_as_explorers_show_it(self, text: str) -> None:
        assert ClaimIn(transaction=text).transaction == text

    @pytest.mark.parametrize(
        "text",
        [
            *("", "0x", NAME[:-1], NAME + "0", f"0X{NAME}", f"0x0x{NAME}", "g" * 64),
            *(f"{NAME}\n{NAME}", f"0x{NAME[:-2]}\u0661\u0661", "1e3", "NaN"),
        ],
    )
    def test_takes_nothing_else(self, text: str) -> None:
        with pytest.raises(ValidationError):
            ClaimIn(transaction=text)


def test_a_balance_is_non_negative() -> None:
    for token, coin in ((-1, 0), (0, -1)):
        with pytest.raises(ValueError, match="balance must be non-negative"):
            AddressBalances(BlockRef(1, "0x01"), token, coin)


RULES = replace(DEPOSIT_RULES[Network.TRON], providers=2, eta_s=90)
WALLET = Wallet(uuid4(), Network.TRON, bytes(20), bytes(20), NOW, "the address")


def shown(
    state: DepositState, age_s: float, amount: int = 5_000_000, providers: int = 2
) -> DepositOut:
    """A deposit that was seen so long ago."""
    deposit = Deposit(
        id=uuid4(),
        owner_id=WALLET.owner_id,
        key=DepositKey(Network.TRON, f"0x{NAME}", 0),
        recipient=bytes(20),
        amount_micro_usdt=amount,
        block=BlockRef(7, "0x07"),
        log_index=0,
        state=state,
        reader="first",
        seen_at=datetime.now(UTC) - timedelta(seconds=age_s),
    )
    return DepositOut.of(deposit, WALLET, replace(RULES, providers=providers), latest=9)


class TestDeposit:
    @pytest.mark.parametrize("state", [DepositState.SEEN, DepositState.SAFE])
    def test_in_flight_says_how_long_it_takes(self, state: DepositState) -> None:
        told = shown(state, 30)
        assert told.eta_s is not None
        assert 50 <= told.eta_s <= 60
        assert told.waiting_for
        assert told.waiting_for.code == "finality"
        assert RULES.finality in told.waiting_for.detail

    @pytest.mark.parametrize("age_s", [89.5, 90, 3600])
    @pytest.mark.parametrize("state", list(DepositState))
    def test_never_takes_0_seconds(self, state: DepositState, age_s: float) -> None:
        assert shown(state, age_s).eta_s in {None, 1, 60}

    def test_that_is_late_says_so(self) -> None:
        told = shown(DepositState.SEEN, 100)
        assert told.waiting_for
        assert (told.waiting_for.code, told.eta_s) == ("late", 60)

    def test_that_is_final_says_what_it_waits_for(self) -> None:
        told = shown(DepositState.FINAL, 10)
        assert told.waiting_for
        assert (told.waiting_for.code, told.eta_s) == ("second_provider", None)

    def test_of_an_absurd_amount_waits_for_a_review(self) -> None:
        told = shown(DepositState.FINAL, 10, amount=2**61)
        assert told.waiting_for
        assert told.waiting_for.code == "review"

    def test_on_a_network_that_is_off_waits_for_the_network(self) -> None:
        told = shown(DepositState.SEEN, 10, providers=0)
        assert told.waiting_for
        assert (told.waiting_for.code, told.eta_s) == ("network", None)

    def test_that_was_orphaned_waits_for_nothing(self) -> None:
        assert shown(DepositState.ORPHANED, 10).waiting_for is None


class TestQr:
    @pytest.mark.parametrize("network", list(Network))
    def test_is_an_image_by_itself_that_scales_and_has_a_light_ground(
        self, network: Network
    ) -> None:
        wallet = replace(WALLET, network=network)
        image = ET.fromstring(QrOut.of(wallet, DEPOSIT_RULES[network]).svg)  # noqa: S314
        space = "{http://www.w3.org/2000/svg}"
        assert image.tag == f"{space}svg"
        x, y, width, height = map(int, image.attrib["viewBox"].split())
        assert (x, y, width) == (0, 0, height)
        ground, drawn = image.iter(f"{space}path")
        assert (ground.attrib["fill"], drawn.attrib["stroke"]) == ("#fff", "#000")
