"""Derives lots from a user's entries: which deposits and credits paid for what was spent."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.kernel.page import NEWEST_FIRST, PageRequest
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.model import Entry
from mara.ledger.model.lot_replay import replay
from mara.ledger.model.lots import LotMove, LotState, returning
from mara.ledger.ports import LedgerRepository, LotRepository

ENTRIES_MAX: Final = 1000
"""Entries that one transaction replays; at least those of one transfer."""
OLDEST_FIRST: Final = NEWEST_FIRST.removeprefix("-")


@dataclass(frozen=True, slots=True)
class LotService:
    """Derives the lots of a user from the entries that came since the last time.

    The result depends on the entries alone, so it does not matter when, how often or by how many
    callers it is derived.
    """

    ledger: LedgerRepository
    lots: LotRepository
    unit_of_work: UnitOfWork
    entries_max: int = ENTRIES_MAX

    def catch_up(self, owner_id: UUID) -> LotState:
        """The lots after all entries that are committed; in transactions of its own.

        Each replays at most ``entries_max`` entries, so that a long history is no long transaction.
        """
        is_last = False
        while not is_last:
            with self.unit_of_work(SYSTEM):
                state, is_last = self._advance(owner_id)
        return state

    def catch_up_here(self, owner_id: UUID) -> LotState:
        """The lots after all entries, also those of the open transaction of the system's scope.

        The user's balances must be locked (``lock_balances``): then no entry is added meanwhile,
        and what is decided by the lots holds when it is posted. Run ``catch_up`` before the
        transaction, so that few entries are left.
        """
        is_last = False
        while not is_last:
            state, is_last = self._advance(owner_id)
        return state

    def list_moves(self, owner_id: UUID, references: Collection[str]) -> list[LotMove]:
        """The lots that were taken and given back under the references of charges.

        ``references`` are ids of invoices or answers. Catches up first; in the order of posting.
        """
        self.catch_up(owner_id)
        with self.unit_of_work(owner_id):
            return self.lots.list_moves(owner_id, references)

    def get_moves(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, LotMove]:
        """The lots that each transfer took or gave back. Catches up first."""
        self.catch_up(owner_id)
        with self.unit_of_work(owner_id):
            return self.lots.get_moves(owner_id, transfer_ids)

    def get_source_keys(self, owner_id: UUID, moves: Collection[LotMove]) -> dict[UUID, str]:
        """The idempotency key of each source of the lots: a deposit's is its ``DepositKey``."""
        sources = {lot.source_id for move in moves for lot in move.lots}
        with self.unit_of_work(owner_id):
            return self.lots.get_keys(owner_id, sources)

    def _advance(self, owner_id: UUID) -> tuple[LotState, bool]:
        """The state after the next entries, and whether there are no more of them."""
        state = self.lots.lock_state(owner_id)
        page = PageRequest(self.entries_max, UUID(int=state.number), OLDEST_FIRST)
        found = self.ledger.list_entries(owner_id, page)
        entries = _whole_transfers(found, self.entries_max)
        if entries:
            earlier = self.lots.list_moves(owner_id, returning(entries))
            state, moves = replay(state, entries, earlier)
            self.lots.save(owner_id, state, moves)
        return state, len(found) <= self.entries_max


def _whole_transfers(found: list[Entry], limit: int) -> list[Entry]:
    """At most ``limit`` entries, without those of a transfer that goes on behind them."""
    if len(found) <= limit:
        return found
    following = found[limit].transfer_id
    return [entry for entry in found[:limit] if entry.transfer_id != following]
