"""Lots: which deposits and credits paid for what a user spent, first in, first out.

The entries of a user are replayed in the order of their numbers. What comes in makes a lot; what
goes out takes the oldest lots. Only the net effect of a transfer on available + reserved counts, so
holds and releases have none. Money that comes back keeps its source, so that a credit by hand never
turns into a deposit, which may leave the platform.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from mara.ledger.model import Entry, TransferKind, UserAccount

SOURCES: Final = frozenset({TransferKind.DEPOSIT, TransferKind.CREDIT})
"""Kinds whose money is new. Money of other kinds comes back: as the lots that were taken under the
same reference, and what exceeds them as a lot whose source is the transfer itself."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of what the transfer ``source_id`` brought; ``amount`` is positive micro-USDT.

    ``kind`` and ``reference`` are those of the source. ``suspended_by`` is the reference of the
    transfer that moved the lot to suspense, None elsewhere.
    """

    source_id: UUID
    kind: str
    reference: str
    amount: int
    suspended_by: str | None = None


@dataclass(frozen=True, slots=True)
class LotState:
    """The lots after the entry ``number``, oldest first.

    ``open`` adds up to available + reserved, ``suspended`` to the balance of suspense.
    """

    number: int = 0
    open: tuple[Lot, ...] = ()
    suspended: tuple[Lot, ...] = ()

    def left_of(self, reference: str) -> int:
        """How much of the credit by hand with this reference was neither spent nor taken back."""
        return total(lot for lot in self.open if is_of_credit(lot, reference))


@dataclass(frozen=True, slots=True)
class LotMove:
    """The lots that a transfer took, or gave back if ``is_return``; ``number`` orders the moves.

    What was taken can come back under the same ``reference``; None where the money went to suspense
    or came from there.
    """

    transfer_id: UUID
    number: int
    reference: str | None
    lots: tuple[Lot, ...]
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """The net effect of a transfer on available + reserved, and on suspense.

    ``number`` is that of its first entry, ``last`` of its last one.
    """

    transfer_id: UUID
    number: int
    last: int
    kind: str
    reference: str
    spendable: int
    suspense: int

    @property
    def returned(self) -> int:
        """How much comes back from outside; lots that were taken before may be given back."""
        if self.suspense or self.kind in SOURCES:
            return 0
        return max(self.spendable, 0)


def movements(entries: Iterable[Entry]) -> list[Movement]:
    """The transfers of entries in the order of their numbers."""
    found = []
    for transfer_id, group in groupby(entries, key=lambda entry: entry.transfer_id):
        legs = [*group]
        suspense = sum(leg.amount for leg in legs if leg.account is UserAccount.SUSPENSE)
        spendable = sum(leg.amount for leg in legs) - suspense
        first, last = legs[0], legs[-1].number
        effect = (first.kind, first.reference, spendable, suspense)
        found.append(Movement(transfer_id, first.number, last, *effect))
    return found


def returning(entries: Iterable[Entry]) -> set[str]:
    """The references under which money comes back: ``replay`` needs the earlier moves of these."""
    return {movement.reference for movement in movements(entries) if movement.returned}


def total(lots: Iterable[Lot]) -> int:
    """The sum of the lots in micro-USDT."""
    return sum(lot.amount for lot in lots)


def is_of_credit(lot: Lot, reference: str) -> bool:
    """Whether the lot is of the credit by hand with this reference."""
    return lot.kind == TransferKind.CREDIT and lot.reference == reference
