"""The networks on which users deposit USDT, and the deposit rules of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

DECIMALS = 6
"""Decimals of USDT on every supported network: its smallest unit is our micro-USDT."""


class Network(StrEnum):
    """A supported network; the values are part of the API."""

    ARBITRUM = "arbitrum"
    TRON = "tron"
    APTOS = "aptos"


@dataclass(frozen=True, slots=True)
class Token:
    """Symbol and decimals of a token contract, or of a chain's native coin."""

    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True)
class DepositRules:
    """The rules by which deposits on one network are detected and credited.

    ``contract`` is the token's address in the network's own notation. ``finality`` is a text for
    users, ``eta_s`` the usual time until a deposit is credited, in seconds. ``start_block`` is the
    first block to scan; None starts the first scan after the block that is final then.
    ``blocks_per_scan_max`` is the largest range that providers accept. Deposits above
    ``two_provider_threshold_micro_usdt`` are credited only if a second provider confirms them.
    Deposits below ``minimum_micro_usdt`` are posted to suspense. ``providers`` is the number of
    independent providers in this stage, None if unknown: of a single one, the word counts, because
    no other could ever confirm a deposit (decision 0027).
    """

    network: Network
    chain_id: int
    contract: str
    token: Token
    native: Token
    minimum_micro_usdt: int
    two_provider_threshold_micro_usdt: int
    blocks_per_scan_max: int
    finality: str
    eta_s: int
    start_block: int | None = None
    providers: int | None = None

    @property
    def has_one_provider(self) -> bool:
        """Whether the two-provider threshold does not apply, for want of a second provider."""
        return self.providers == 1

    def needs_two_providers(self, amount_micro_usdt: int) -> bool:
        """Whether a deposit of this amount needs a second provider's confirmation."""
        return (
            not self.has_one_provider and amount_micro_usdt > self.two_provider_threshold_micro_usdt
        )

    def overridden(self, changes: Mapping[str, Any], symbol: str | None = None) -> "DepositRules":
        """The rules with the fields in ``changes`` replaced, and the token's symbol if given."""
        rules = replace(self, **changes)
        if symbol is None:
            return rules
        return replace(rules, token=Token(symbol, rules.token.decimals))


DEPOSIT_RULES = {
    rules.network: rules
    for rules in (
        DepositRules(
            network=Network.ARBITRUM,
            chain_id=42161,
            contract="0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9",
            token=Token("USD₮0", DECIMALS),
            native=Token("ETH", 18),
            minimum_micro_usdt=1_000_000,
            two_provider_threshold_micro_usdt=1_000_000_000,
            blocks_per_scan_max=2000,
            finality="when Ethereum has made final the batch that holds it",
            eta_s=20 * 60,
        ),
        DepositRules(
            network=Network.TRON,
            chain_id=728126428,
            contract="TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
            token=Token("USDT", DECIMALS),
            native=Token("TRX", 6),
            minimum_micro_usdt=1_000_000,
            two_provider_threshold_micro_usdt=1_000_000_000,
            blocks_per_scan_max=1000,
            finality="when the block is solidified: 19 of 27 representatives built on it",
            eta_s=90,
        ),
        DepositRules(
            network=Network.APTOS,
            chain_id=1,
            contract="0x357b0b74bc833e95a115ad22604854d6b0fca151cecd94111770e5d6ffc9dc2b",
            token=Token("USDt", DECIMALS),
            native=Token("APT", 8),
            minimum_micro_usdt=1_000_000,
            two_provider_threshold_micro_usdt=1_000_000_000,
            blocks_per_scan_max=1000,
            finality="when the ledger has committed it",
            eta_s=60,
        ),
    )
}
"""Rules of the public networks; a stage may override them (``ChainsSettings``)."""
