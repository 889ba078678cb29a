"""The lots of the ledger in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.ledger.adapters.tables import ledger_lot_states, ledger_lots, ledger_transfers
from mara.ledger.model.lots import Lot, LotMove, LotState
from mara.platform.database import connection
from mara.platform.sql import Row, execute, fetch_all, fetch_one

STATES, LOTS, SOURCES = ledger_lot_states.c, ledger_lots.c, ledger_transfers.c

CREATE = insert(ledger_lot_states).values(owner_id=bindparam("owner_id")).on_conflict_do_nothing()
STATE = select(STATES.number, STATES.open, STATES.suspended).where(
    STATES.owner_id == bindparam("owner_id")
)
LOCK = STATE.with_for_update()
SAVE = (
    update(ledger_lot_states)
    .where(STATES.owner_id == bindparam("of"))
    .values({name: bindparam(name) for name in ("number", "open", "suspended")})
)
ADD = """
    INSERT INTO ledger_lots (owner_id, transfer_id, number, reference, position,
        source_transfer_id, amount)
    SELECT %s, * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::integer[], %s::uuid[],
        %s::bigint[])
"""
MOVES = (
    select(
        *(LOTS.transfer_id, LOTS.number, LOTS.reference, LOTS.amount, SOURCES.kind),
        SOURCES.id.label("source_id"),
        SOURCES.reference.label("source_reference"),
    )
    .join(ledger_transfers, SOURCES.id == LOTS.source_transfer_id)
    .where(LOTS.owner_id == bindparam("owner_id"))
    .order_by(LOTS.number, LOTS.position)
)
REFERENCES = bindparam("references", type_=ARRAY(Text))
MOVES_OF_REFERENCES = MOVES.where(LOTS.reference == any_(REFERENCES))
TRANSFERS = bindparam("transfer_ids", type_=ARRAY(Uuid))
MOVES_OF_TRANSFERS = MOVES.where(LOTS.transfer_id == any_(TRANSFERS))
KEYS = select(SOURCES.id, SOURCES.key).where(
    SOURCES.owner_id == bindparam("owner_id"), SOURCES.id == any_(TRANSFERS)
)


class PostgresLots:
    """Implements ``LotRepository``."""

    def lock_state(self, owner_id: UUID) -> LotState:
        """The user's lots, locked until the transaction ends."""
        execute(CREATE, owner_id=owner_id)
        return _state(fetch_one(LOCK, owner_id=owner_id))

    def get_state(self, owner_id: UUID) -> LotState:
        """The user's lots as they were stored last."""
        return _state(fetch_one(STATE, owner_id=owner_id))

    def list_moves(self, owner_id: UUID, references: Collection[str]) -> list[LotMove]:
        """The moves with one of these references, in the order of their numbers."""
        if not references:
            return []
        return _moves(fetch_all(MOVES_OF_REFERENCES, owner_id=owner_id, references=[*references]))

    def get_moves(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, LotMove]:
        """The moves of these transfers."""
        found = fetch_all(MOVES_OF_TRANSFERS, owner_id=owner_id, transfer_ids=[*transfer_ids])
        return {move.transfer_id: move for move in _moves(found)}

    def get_keys(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, str]:
        """The idempotency keys of the user's transfers."""
        found = fetch_all(KEYS, owner_id=owner_id, transfer_ids=[*transfer_ids])
        return {row["id"]: row["key"] for row in found}

    def save(self, owner_id: UUID, state: LotState, moves: Sequence[LotMove]) -> None:
        """Store the state, and add the moves by one statement."""
        open_, suspended = ([asdict(lot) for lot in lots] for lots in (state.open, state.suspended))
        execute(SAVE, of=owner_id, number=state.number, open=open_, suspended=suspended)
        rows = [row for move in moves for row in _rows(move)]
        if rows:
            columns = [list(column) for column in zip(*rows, strict=True)]
            connection().execute(ADD, (owner_id, *columns))


def _state(row: Row | None) -> LotState:
    if row is None:
        return LotState()
    return LotState(row["number"], _lots(row["open"]), _lots(row["suspended"]))


def _lots(stored: Iterable[dict[str, Any]]) -> tuple[Lot, ...]:
    return tuple(Lot(**values | {"source_id": UUID(values["source_id"])}) for values in stored)


def _rows(move: LotMove) -> list[tuple[Any, ...]]:
    """What is given back is stored as a negative amount."""
    sign = -1 if move.is_return else 1
    return [
        *(
            (*_of_move(move), position, lot.source_id, sign * lot.amount)
            for position, lot in enumerate(move.lots, 1)
        )
    ]


def _of_move(move: LotMove) -> tuple[UUID, int, str | None]:
    return move.transfer_id, move.number, move.reference


def _moves(rows: Iterable[Row]) -> list[LotMove]:
    found = []
    for transfer_id, group in groupby(rows, key=lambda row: row["transfer_id"]):
        parts = [*group]
        lots = tuple(
            Lot(row["source_id"], row["kind"], row["source_reference"], abs(row["amount"]))
            for row in parts
        )
        first = parts[0]
        about = (first["number"], first["reference"])
        found.append(LotMove(transfer_id, *about, lots, is_return=first["amount"] < 0))
    return found
