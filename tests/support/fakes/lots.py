"""The lots of the ledger in memory."""

from collections.abc import Collection, Sequence
from uuid import UUID

from mara.kernel.unit_of_work import SYSTEM
from mara.ledger.model.lots import LotMove, LotState
from tests.support.fakes.database import FakeDatabase


class FakeLots:
    """Implements ``LotRepository``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def lock_state(self, owner_id: UUID) -> LotState:
        self._refuse_users()
        with self._database.statement() as tables:
            return tables.lot_states.setdefault(owner_id, LotState())

    def get_state(self, owner_id: UUID) -> LotState:
        if self._hides(owner_id):
            return LotState()
        return self._database.tables.lot_states.get(owner_id, LotState())

    def list_moves(self, owner_id: UUID, references: Collection[str]) -> list[LotMove]:
        return [move for move in self._moves(owner_id) if move.reference in references]

    def get_moves(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, LotMove]:
        moves = self._moves(owner_id)
        return {move.transfer_id: move for move in moves if move.transfer_id in transfer_ids}

    def get_keys(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, str]:
        return {
            transfer.id: transfer.key
            for transfer, request in self._database.tables.transfers.values()
            if transfer.id in transfer_ids
            and request.owner_id == owner_id
            and not self._hides(owner_id)
        }

    def save(self, owner_id: UUID, state: LotState, moves: Sequence[LotMove]) -> None:
        self._refuse_users()
        with self._database.statement() as tables:
            for move in moves:
                if move.transfer_id in tables.lot_moves:
                    raise KeyError(f"The lots of {move.transfer_id} are stored.")
                tables.lot_moves[move.transfer_id] = (owner_id, move)
            tables.lot_states[owner_id] = state

    def _moves(self, owner_id: UUID) -> list[LotMove]:
        if self._hides(owner_id):
            return []
        found = [
            move for owner, move in self._database.tables.lot_moves.values() if owner == owner_id
        ]
        return sorted(found, key=lambda move: move.number)

    def _hides(self, owner_id: UUID) -> bool:
        return self._database.scope not in {SYSTEM, owner_id}

    def _refuse_users(self) -> None:
        if self._database.scope != SYSTEM:
            raise PermissionError("Only the system's scope writes lots.")
