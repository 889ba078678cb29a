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
    """What a contract says of itself."""

    symbol: str
    decimals: int


@dataclass(frozen=True, slots=True)
class DepositRules:
    """``finality`` is a sentence for people, ``eta_s`` how long it usually takes, in seconds.

    ``start_block`` is the first block that may hold a deposit; ``None`` means that the scan begins
    with what is final when it is first run. ``blocks_per_scan_max`` is the most that providers
    accept in one range. Deposits above ``opinion_above_micro_usdt`` are credited only when a
    second provider confirms them.
    """

    network: Network
    token: Token
    native_symbol: str
    minimum_micro_usdt: int
    opinion_above_micro_usdt: int
    blocks_per_scan_max: int
    finality: str
    eta_s: int
    start_block: int | None = None
