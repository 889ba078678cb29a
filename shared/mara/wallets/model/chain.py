"""What a provider says of a chain: its heads, ranges of its blocks, and the transfers in them.

On a chain without blocks of its own kind, a version of its ledger stands for a block.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

_HASH = re.compile(r"0x[0-9a-f]{1,64}")


def parse_hash(text: str) -> str:
    """In one spelling, whoever spells it: it names a deposit for ever. Raises ValueError."""
    hash_ = text.lower()
    if not _HASH.fullmatch(hash_):
        raise ValueError("That is no hash.")
    return hash_


@dataclass(frozen=True, slots=True)
class Block:
    """``hash`` commits to the block and to all before it."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class BlockRange:
    """Both ends belong to it."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError("A range has a first block and ends at or after it.")

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def parts(self, blocks_max: int) -> list["BlockRange"]:
        """Contiguous ranges of at most ``blocks_max`` blocks that make up this one."""
        return [
            BlockRange(first, min(first + blocks_max - 1, self.last))
            for first in range(self.first, self.last + 1, blocks_max)
        ]


@dataclass(frozen=True, slots=True)
class Look:
    """One glance at a chain. ``safe`` and ``final`` are block numbers by the chain's own word.

    ``hashes`` are those of the blocks that were asked for; ``None`` where there is no such block.
    """

    latest: Block
    safe: int
    final: int
    hashes: Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of our token, as a range of blocks lists it.

    ``recipient`` is what the chain names: an address, or on Aptos the store that belongs to one.
    ``log_index`` counts within the block, and changes when a transaction moves to another one.
    """

    transaction: str
    block: Block
    log_index: int
    recipient: bytes
    amount_micro_usdt: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All transfers of a range. ``last_hash`` is its last block's; ``None``: there is none yet."""

    range: BlockRange
    last_hash: str | None
    final: int
    transfers: Sequence[Transfer]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction. ``transfers`` are those of our token, by their position.

    A position counts all logs of the transaction, from 0: unlike the index within the block it
    stays the same wherever the transaction goes.
    """

    transaction: str
    block: Block
    succeeded: bool
    transfers: Mapping[int, Transfer]


@dataclass(frozen=True, slots=True)
class Balances:
    """What an address holds after ``block``; ``native`` in the chain's own smallest unit."""

    block: Block
    token_micro_usdt: int
    native: int

    def __post_init__(self) -> None:
        if self.token_micro_usdt < 0 or self.native < 0:
            raise ValueError("Nobody holds less than nothing.")


@dataclass(frozen=True, slots=True)
class Holdings:
    """``as_of`` is when the provider said so."""

    balances: Balances
    as_of: datetime
