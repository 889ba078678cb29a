"""What a provider reports of a chain: its head, block ranges, and the transfers in them.

Aptos has no blocks of this kind: there, a ledger version takes the place of a block number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mara.wallets.model.unreadable_event import UnreadableEvent

_HASH = re.compile(r"0x[0-9a-f]{1,64}")


def parse_hash(text: str) -> str:
    """The hash in lower case, so that one hash has one spelling. Raises ValueError."""
    hash_ = text.lower()
    if not _HASH.fullmatch(hash_):
        raise ValueError("hash must be 0x and 1 to 64 hexadecimal digits")
    return hash_


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block's number and hash; the hash commits to the block and to all blocks before it."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class BlockRange:
    """Block numbers from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            raise ValueError("block range must satisfy 0 <= first <= last")

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def split(self, blocks_max: int) -> list["BlockRange"]:
        """Contiguous ranges of at most ``blocks_max`` blocks that cover this one."""
        return [
            BlockRange(first, min(first + blocks_max - 1, self.last))
            for first in range(self.first, self.last + 1, blocks_max)
        ]


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The head of a chain, by one provider.

    ``safe`` and ``final`` are the numbers of the last safe and the last finalized block.
    ``hashes`` has an entry per requested block; None if the provider has no such block.
    """

    latest: BlockRef
    safe: int
    final: int
    hashes: Mapping[int, str | None]


@dataclass(frozen=True, slots=True)
class TokenTransfer:
    """One transfer of our token, as the provider lists it for a block range.

    ``recipient`` is the address that the event names; on Aptos, the address of a fungible store.
    ``log_index`` counts within the block and changes if the transaction moves to another block.
    """

    transaction: str
    block: BlockRef
    log_index: int
    recipient: bytes
    amount_micro_usdt: int


@dataclass(frozen=True, slots=True)
class RangeTransfers:
    """All transfers in ``range``, with the provider's last finalized block number ``final``.

    ``last_hash`` is the hash of the range's last block, or None if it is not available yet.
    ``unreadable`` are listed events that are no transfers for us, such as one of 2**200 units.
    """

    range: BlockRange
    last_hash: str | None
    final: int
    transfers: Sequence[TokenTransfer]
    unreadable: Sequence[UnreadableEvent] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The result of a transaction. ``transfers`` maps the position of a log to our transfers.

    A position counts all logs of the transaction, from 0. Unlike the index within the block, it
    does not change if the transaction moves to another block. Unreadable logs are left out.
    """

    transaction: str
    block: BlockRef
    succeeded: bool
    transfers: Mapping[int, TokenTransfer]


@dataclass(frozen=True, slots=True)
class AddressBalances:
    """Balances of an address after ``block``; ``native`` is in the coin's smallest unit (wei)."""

    block: BlockRef
    token_micro_usdt: int
    native: int

    def __post_init__(self) -> None:
        if self.token_micro_usdt < 0 or self.native < 0:
            raise ValueError("balance must be non-negative")


@dataclass(frozen=True, slots=True)
class OnChainBalance:
    """Balances that a provider reported at the time ``as_of``."""

    balances: AddressBalances
    as_of: datetime
