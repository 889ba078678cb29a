"""Wallets on the wire."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mara.wallets.model import (
    DEPOSIT_RULES,
    AddressBalances,
    BlockRef,
    Network,
    OnChainBalance,
    Wallet,
)
from mara.wallets.schemas import ClaimIn, WalletBalanceOut

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
