"""The networks on which USDT is taken, and the rules of each."""

from dataclasses import dataclass
from enum import StrEnum

DECIMALS = 6
"""Of USDT on every network here: its smallest unit is our micro-USDT."""


class Network(StrEnum):
    ARBITRUM = "arbitrum"
    TRON = "tron"
    APTOS = "aptos"


@dataclass(frozen=True, slots=True)
class Token:
    """What a contract says of itself, or what everybody knows of a chain's own coin."""

    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True)
class DepositRules:
    """``contract`` is the token's address, as the network spells addresses.

    ``finality`` is a sentence for people, ``eta_s`` how long it usually takes, in seconds.
    ``start_block`` is the first block that may hold a deposit; ``None`` means that the scan begins
    with what is final when it is first run. ``blocks_per_scan_max`` is the most that providers
    accept in one range. Deposits above ``opinion_above_micro_usdt`` are credited only when a
    second provider confirms them.
    """

    network: Network
    chain_id: int
    contract: str
    token: Token
    native: Token
    minimum_micro_usdt: int
    opinion_above_micro_usdt: int
    blocks_per_scan_max: int
    finality: str
    eta_s: int
    start_block: int | None = None


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
            opinion_above_micro_usdt=1_000_000_000,
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
            opinion_above_micro_usdt=1_000_000_000,
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
            opinion_above_micro_usdt=1_000_000_000,
            blocks_per_scan_max=1000,
            finality="when the ledger has committed it",
            eta_s=60,
        ),
    )
}
"""Of the public networks; a stage may set its own (``ChainsSettings``)."""
