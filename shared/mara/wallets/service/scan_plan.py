"""The plan of a scan step: which ranges to read, and the validation of what was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.wallets.errors import ChainContradiction
from mara.wallets.model import (
    BlockRange,
    ChainHead,
    Deposit,
    RangeTransfers,
    ScanCursor,
    UnfinalizedRange,
)
from mara.wallets.ports import Chain
from mara.wallets.service.settlement import MatchedTransfer


@dataclass(frozen=True, slots=True)
class RangeDeposits:
    """The deposits that a provider reports in a range.

    ``matched`` are the transfers to users. ``missing`` are known deposits that the provider no
    longer lists. ``needs_confirmation`` are the matched ones in blocks that another provider has
    read before.
    """

    matched: Sequence[MatchedTransfer] = ()
    missing: Sequence[Deposit] = ()
    needs_confirmation: Sequence[MatchedTransfer] = ()


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """The ranges of one step: new blocks at the head, and ranges that became final."""

    head: BlockRange | None
    finalizing: Sequence[UnfinalizedRange]

    @property
    def finalized(self) -> BlockRange | None:
        """The blocks that this step finalizes."""
        if not self.finalizing:
            return None
        return BlockRange(self.finalizing[0].first, self.finalizing[-1].last)

    @property
    def blocks(self) -> int:
        """How many blocks the step reads."""
        return sum(part.last - part.first + 1 for part in (self.head, self.finalized) if part)

    def read_by_another(self, matched: MatchedTransfer) -> bool:
        """Whether another provider has read the transfer's block before."""
        number = matched.transfer.block.number
        return any(
            part.first <= number <= part.last and part.reader != matched.reader
            for part in self.finalizing
        )

    def ranges(self, blocks_max: int) -> list[BlockRange]:
        """The ranges to request, each of at most ``blocks_max`` blocks; the head comes first."""
        heads = [self.head] if self.head else []
        return heads + (self.finalized.split(blocks_max) if self.finalized else [])


def validate_head(head: BlockRange, seen: ChainHead, read: RangeTransfers, reader: Chain) -> None:
    """Raises ChainContradiction unless the reader has the range's last block, as it was seen."""
    if read.last_hash is None:
        raise ChainContradiction(f"{reader.provider} has no block {head.last} yet.")
    if head.last == seen.latest.number and read.last_hash != seen.latest.hash:
        raise ChainContradiction(f"{reader.provider} has another block {head.last}.")


def validate_finalized(last: UnfinalizedRange, read: RangeTransfers, reader: Chain) -> None:
    """Raises ChainContradiction unless the last block has the known hash, and is final."""
    if read.last_hash != last.last_hash:
        raise ChainContradiction(f"{reader.provider} has another block {last.last}.")
    if read.final < last.last:
        raise ChainContradiction(f"Block {last.last} is not final at {reader.provider} yet.")


def range_deposits(
    matched: Sequence[MatchedTransfer],
    blocks: BlockRange | None,
    expected: Sequence[Deposit],
) -> RangeDeposits:
    """The matched transfers in ``blocks``, and the ``expected`` deposits that are missing there."""
    if blocks is None:
        return RangeDeposits()
    here = [found for found in matched if found.transfer.block.number in blocks]
    keys = {(found.transfer.transaction, found.position) for found in here}
    missing = [
        deposit
        for deposit in expected
        if (deposit.key.transaction, deposit.key.position) not in keys
    ]
    return RangeDeposits(here, missing)


def grow_range(cursor: ScanCursor, blocks_max: int) -> ScanCursor:
    """Increase the range size by a quarter after an accepted range, up to ``blocks_max``."""
    return replace(cursor, blocks_per_scan=min(blocks_max, cursor.blocks_per_scan * 5 // 4 + 1))
