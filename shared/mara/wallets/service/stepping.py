"""What a step of the scanner plans to read, and when it believes what it read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mara.wallets.errors import ChainContradiction
from mara.wallets.model import BlockRange, Deposit, Look, OpenRange, Reading, Scan
from mara.wallets.ports import Chain
from mara.wallets.service.settling import Placed


@dataclass(frozen=True, slots=True)
class Findings:
    """Whose deposits stand in the blocks of a reading, and which ones stand there no more.

    ``doubted`` are those in blocks that another provider read before.
    """

    placed: Sequence[Placed] = ()
    missing: Sequence[Deposit] = ()
    doubted: Sequence[Placed] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read in one go: new blocks at the head, and open ranges that became final."""

    head: BlockRange | None
    closing: Sequence[OpenRange]

    @property
    def closed(self) -> BlockRange | None:
        return BlockRange(self.closing[0].first, self.closing[-1].last) if self.closing else None

    def read_before_by_another(self, placed: Placed) -> bool:
        number = placed.transfer.block.number
        return any(
            part.first <= number <= part.last and part.reader != placed.reader
            for part in self.closing
        )

    def ranges(self, blocks_max: int) -> list[BlockRange]:
        heads = [self.head] if self.head else []
        return heads + (self.closed.parts(blocks_max) if self.closed else [])


def check_head(head: BlockRange, look: Look, reading: Reading, reader: Chain) -> None:
    """Raises ChainContradiction."""
    if reading.last_hash is None:
        raise ChainContradiction(f"{reader.provider} has no block {head.last} yet.")
    if head.last == look.latest.number and reading.last_hash != look.latest.hash:
        raise ChainContradiction(f"{reader.provider} has another block {head.last}.")


def check_closing(last: OpenRange, reading: Reading, reader: Chain) -> None:
    """Raises ChainContradiction."""
    if reading.last_hash != last.last_hash:
        raise ChainContradiction(f"{reader.provider} has another block {last.last}.")
    if reading.final < last.last:
        raise ChainContradiction(f"To {reader.provider} block {last.last} is not final yet.")


def findings(
    placed: Sequence[Placed],
    blocks: BlockRange | None,
    expected: Sequence[Deposit],
) -> Findings:
    """Those in ``blocks``, and those of ``expected`` that are not among them."""
    if blocks is None:
        return Findings()
    here = [found for found in placed if found.transfer.block.number in blocks]
    keys = {(found.transfer.transaction, found.position) for found in here}
    missing = [
        deposit
        for deposit in expected
        if (deposit.key.transaction, deposit.key.position) not in keys
    ]
    return Findings(here, missing)


def bolder(scan: Scan, blocks_max: int) -> Scan:
    """A little bolder after every range that was accepted."""
    return replace(scan, blocks_per_scan=min(blocks_max, scan.blocks_per_scan * 5 // 4 + 1))
