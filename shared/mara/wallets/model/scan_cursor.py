"""The scan cursor: how far a chain is read, and which part a reorganization may still undo."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.wallets.model.chain import BlockRange, BlockRef
from mara.wallets.model.network import Network


@dataclass(frozen=True, slots=True)
class UnfinalizedRange:
    """Blocks that ``reader`` has read once; ``last_hash`` is the hash of the last one."""

    first: int
    last: int
    last_hash: str
    reader: str


@dataclass(frozen=True, slots=True)
class ScanCursor:
    """All deposits up to ``finalized`` are settled; ``unfinalized`` follows it without a gap.

    ``revision`` increments with every update (optimistic locking). ``blocks_per_scan`` is the
    current range size, adapted to what the providers accept.
    """

    network: Network
    finalized: BlockRef
    unfinalized: Sequence[UnfinalizedRange]
    blocks_per_scan: int
    revision: int = 0

    def __post_init__(self) -> None:
        expected = self.finalized.number + 1
        for part in self.unfinalized:
            if part.first != expected or part.last < part.first:
                raise ValueError("ranges must be contiguous: no gap and no overlap")
            expected = part.last + 1

    @property
    def head(self) -> BlockRef:
        """The last block that was read."""
        if not self.unfinalized:
            return self.finalized
        return BlockRef(self.unfinalized[-1].last, self.unfinalized[-1].last_hash)

    def next_range(self, latest: int, final: int) -> BlockRange | None:
        """The next blocks to read; None if all are read.

        The range does not cross the final block: a range is finalized as a whole.
        """
        first = self.head.number + 1
        if first > latest:
            return None
        last = final if first <= final else latest
        return BlockRange(first, min(last, first + self.blocks_per_scan - 1))

    def finalizable(self, final: int) -> Sequence[UnfinalizedRange]:
        """The oldest unfinalized ranges that are final now, up to ``blocks_per_scan`` blocks."""
        parts: list[UnfinalizedRange] = []
        for part in self.unfinalized:
            too_many = parts and part.last - self.finalized.number > self.blocks_per_scan
            if part.last > final or too_many:
                break
            parts.append(part)
        return parts

    def extended(self, read: UnfinalizedRange) -> "ScanCursor":
        """The cursor after ``read`` was read at the head. Raises ValueError for a gap."""
        return replace(self, unfinalized=[*self.unfinalized, read])

    def finalized_by(self, parts: Sequence[UnfinalizedRange]) -> "ScanCursor":
        """The cursor after ``parts``, its oldest unfinalized ranges, were finalized."""
        last = parts[-1]
        return replace(
            self,
            finalized=BlockRef(last.last, last.last_hash),
            unfinalized=list(self.unfinalized[len(parts) :]),
        )

    def rewound(self, kept: int) -> "ScanCursor":
        """The cursor after a reorganization: only the oldest ``kept`` ranges are still valid."""
        return replace(self, unfinalized=list(self.unfinalized[:kept]))
