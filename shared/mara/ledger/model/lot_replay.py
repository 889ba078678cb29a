"""Replays a user's entries to lots: in what order they are taken, and how they come back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from mara.ledger.model import Entry, TransferKind
from mara.ledger.model.lots import (
    Lot,
    LotMove,
    LotState,
    Movement,
    is_of_credit,
    movements,
    returning,
    total,
)


def replay(
    state: LotState, entries: Sequence[Entry], earlier: Iterable[LotMove] = ()
) -> tuple[LotState, list[LotMove]]:
    """The state after ``entries``, and the moves of their transfers.

    ``entries`` continue ``state`` and hold whole transfers. ``earlier`` are the moves up to
    ``state``, in their order, under the references that ``returning`` lists. Raises ValueError for
    entries that do not continue the state.
    """
    if entries and entries[0].number != state.number + 1:
        raise ValueError(f"The entry after {state.number} is missing.")
    book = _Book(state, earlier, returning(entries))
    moves = [move for movement in movements(entries) if (move := book.apply(movement))]
    return book.state(entries[-1].number if entries else state.number), moves


class _Book:
    """The lots while entries are replayed. ``taken`` has the lots that may come back."""

    def __init__(
        self, state: LotState, earlier: Iterable[LotMove], references: Collection[str]
    ) -> None:
        self.open = [*state.open]
        self.suspended = [*state.suspended]
        self.taken: dict[str, list[Lot]] = {reference: [] for reference in references}
        for move in earlier:
            self._remember(move)

    def state(self, number: int) -> LotState:
        return LotState(number, tuple(self.open), tuple(self.suspended))

    def apply(self, movement: Movement) -> LotMove | None:
        """The move, if lots are taken or given back."""
        if movement.spendable >= 0:
            return self._receive(movement)
        move = self._spend(movement)
        self._remember(move)
        return move

    def _spend(self, movement: Movement) -> LotMove:
        spent = _take(self.open, -movement.spendable, _oldest(self.open, movement))
        self._leave_suspense(movement)
        added = max(movement.suspense, 0)
        moved = min(added, total(spent))
        self._suspend(movement, [*_take([*spent], moved), *_new(movement, added - moved)])
        return _move(movement, spent)

    def _receive(self, movement: Movement) -> LotMove | None:
        restored = self._leave_suspense(movement)
        back = _take(restored, min(movement.spendable, total(restored)))
        stack = self.taken.get(movement.reference, [])
        back += _take(stack, min(movement.returned, total(stack)), _newest(stack))
        for lot in [*back, *_new(movement, movement.spendable - total(back))]:
            self._add(lot)
        self._suspend(movement, _new(movement, max(movement.suspense, 0)))
        return _move(movement, back, is_return=True) if back else None

    def _add(self, lot: Lot) -> None:
        """Parts of one source that follow each other become one lot: many small refunds do."""
        if self.open and self.open[-1].source_id == lot.source_id:
            lot = replace(lot, amount=self.open.pop().amount + lot.amount)
        self.open.append(lot)

    def _suspend(self, movement: Movement, lots: Iterable[Lot]) -> None:
        self.suspended += [replace(lot, suspended_by=movement.reference) for lot in lots]

    def _leave_suspense(self, movement: Movement) -> list[Lot]:
        """The lots that the same reference suspended, the newest first; then the oldest of all."""
        own = [lot.suspended_by == movement.reference for lot in self.suspended]
        places = range(len(own))
        order = [place for place in reversed(places) if own[place]]
        order += [place for place in places if not own[place]]
        left = _take(self.suspended, max(-movement.suspense, 0), order)
        return [replace(lot, suspended_by=None) for lot in left]

    def _remember(self, move: LotMove) -> None:
        stack = None if move.reference is None else self.taken.get(move.reference)
        if stack is None:
            return
        if not move.is_return:
            stack.extend(move.lots)
        else:
            _take(stack, total(move.lots), _newest(stack))


def _oldest(lots: Sequence[Lot], movement: Movement) -> Sequence[int]:
    """The order in which lots are taken: the reversal of a credit takes that credit's own first."""
    places = range(len(lots))
    if movement.kind != TransferKind.CREDIT_REVERSAL:
        return places
    return sorted(places, key=lambda place: not is_of_credit(lots[place], movement.reference))


def _newest(lots: Sequence[Lot]) -> Sequence[int]:
    """The order in which lots come back, so that a partial refund equals a smaller charge."""
    return range(len(lots) - 1, -1, -1)


def _take(lots: list[Lot], amount: int, order: Sequence[int] | None = None) -> list[Lot]:
    """Remove ``amount`` from ``lots`` in ``order``; the parts, in the order in which they stood.

    Raises ValueError if the lots hold less.
    """
    parts = dict[int, int]()
    for place in range(len(lots)) if order is None else order:
        if not amount:
            break
        parts[place] = min(lots[place].amount, amount)
        amount -= parts[place]
    if amount:
        raise ValueError("More is taken than the lots hold: entries are missing.")
    taken = [replace(lots[place], amount=parts[place]) for place in sorted(parts)]
    for place, part in parts.items():
        lots[place] = replace(lots[place], amount=lots[place].amount - part)
    lots[:] = [lot for lot in lots if lot.amount]
    return taken


def _new(movement: Movement, amount: int) -> list[Lot]:
    """A lot of what the transfer itself brought."""
    if not amount:
        return []
    return [Lot(movement.transfer_id, movement.kind, movement.reference, amount)]


def _move(movement: Movement, lots: Sequence[Lot], *, is_return: bool = False) -> LotMove:
    reference = None if movement.suspense else movement.reference
    return LotMove(movement.transfer_id, movement.number, reference, tuple(lots), is_return)
