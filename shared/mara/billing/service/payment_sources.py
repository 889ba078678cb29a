"""What paid an invoice: the lots that its charges took, as users know them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.documents import PaymentSource, SourceKind
from mara.ledger.model import TransferKind
from mara.ledger.model.lots import Lot, LotMove
from mara.ledger.service.lots import LotService
from mara.wallets.model import DepositKey

KINDS: Mapping[str, SourceKind] = {
    TransferKind.CREDIT: SourceKind.CREDIT,
    TransferKind.REFUND: SourceKind.CREDIT_NOTE,
}
"""Sources of other kinds are deposits: credited at once, or restored from suspense."""


@dataclass(frozen=True, slots=True)
class PaymentSourceService:
    """Derives the sources from the ledger; it opens transactions of its own."""

    lots: LotService

    def list(self, owner_id: UUID, references: Iterable[str]) -> tuple[PaymentSource, ...]:
        """The sources of the charges with these references, in the order in which they were taken.

        What several charges took of one source is one item.
        """
        moves = self.lots.list_moves(owner_id, list(references))
        taken = [move for move in moves if not move.is_return]
        keys = self.lots.get_source_keys(owner_id, taken)
        return tuple(_source(lot, keys[lot.source_id]) for lot in _merged(taken))


def _merged(moves: Iterable[LotMove]) -> Iterable[Lot]:
    found: dict[UUID, Lot] = {}
    for lot in (lot for move in moves for lot in move.lots):
        known = found.get(lot.source_id)
        amount = lot.amount + (known.amount if known else 0)
        found[lot.source_id] = Lot(lot.source_id, lot.kind, lot.reference, amount)
    return found.values()


def _source(lot: Lot, key: str) -> PaymentSource:
    kind = KINDS.get(lot.kind, SourceKind.DEPOSIT)
    if kind is not SourceKind.DEPOSIT:
        return PaymentSource(kind, lot.amount, lot.reference)
    deposit = _deposit(key)
    network, transaction = (deposit.network, deposit.transaction) if deposit else (None, None)
    return PaymentSource(kind, lot.amount, lot.reference, network, transaction)


def _deposit(key: str) -> DepositKey | None:
    """The deposit of a transfer; None for a transfer that no scan has posted."""
    try:
        return DepositKey.parse(key)
    except ValueError:
        return None
