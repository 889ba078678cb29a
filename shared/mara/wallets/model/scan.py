"""How far a chain has been read: what is closed for good, and what a reorganisation may undo."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.wallets.model.chain import Block, BlockRange
from mara.wallets.model.network import Network


@dataclass(frozen=True, slots=True)
class OpenRange:
    """Read once, by ``reader``, and not final yet. ``last_hash`` is that of its last block."""

    first: int
    last: int
    last_hash: str
    reader: str


@dataclass(frozen=True, slots=True)
class Scan:
    """Everything up to ``closed`` is settled; ``open`` follows without a gap, oldest first.

    ``revision`` grows with every change: who holds an older one must not write. ``blocks_per_scan``
    is what providers accepted of late.
    """

    network: Network
    closed: Block
    open: Sequence[OpenRange]
    blocks_per_scan: int
    revision: int = 0

    def __post_init__(self) -> None:
        expected = self.closed.number + 1
        for part in self.open:
            if part.first != expected or part.last < part.first:
                raise ValueError("Ranges must follow each other without a gap or an overlap.")
            expected = part.last + 1

    @property
    def head(self) -> Block:
        """The last block that was read."""
        if not self.open:
            return self.closed
        return Block(self.open[-1].last, self.open[-1].last_hash)

    def next_range(self, latest: int, final: int) -> BlockRange | None:
        """What to read next; ``None`` where all is read.

        It ends where the chain is final, if that is still ahead: a range is closed as a whole.
        """
        first = self.head.number + 1
        if first > latest:
            return None
        last = final if first <= final else latest
        return BlockRange(first, min(last, first + self.blocks_per_scan - 1))

    def closable(self, final: int) -> Sequence[OpenRange]:
        """The oldest open ranges that are final, as many as may be read again at once."""
        parts: list[OpenRange] = []
        for part in self.open:
            too_many = parts and part.last - self.closed.number > self.blocks_per_scan
            if part.last > final or too_many:
                break
            parts.append(part)
        return parts

    def advanced(self, read: OpenRange) -> "Scan":
        return replace(self, open=[*self.open, read])

    def closed_by(self, parts: Sequence[OpenRange]) -> "Scan":
        last = parts[-1]
        return replace(
            self, closed=Block(last.last, last.last_hash), open=list(self.open[len(parts) :])
        )

    def rewound(self, kept: int) -> "Scan":
        """With the oldest ``kept`` open ranges only: what follows them was undone."""
        return replace(self, open=list(self.open[:kept]))
