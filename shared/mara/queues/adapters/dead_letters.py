"""Dead letters in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.kernel.page import PageRequest
from mara.platform import wrapped_columns
from mara.platform.sql import (
    Row,
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_value,
    take,
    values_of,
)
from mara.platform.sql_lists import SortedList
from mara.queues.adapters.tables import dead_letters
from mara.queues.model.concern import Concern
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import Selection

_letters, _first = dead_letters.c, dead_letters.alias("first")
_IN_QUEUE = _letters.queue == bindparam("queue")
_IS_WAITING = _letters.state == constant(LetterState.WAITING)

_of_first = (
    select(_first.c.id)
    .where(
        _first.c.queue == bindparam("queue"),
        _first.c.message_id == bindparam("redrive_of"),
    )
    .scalar_subquery()
)
ADD = (
    insert(dead_letters)
    .values({**bound(_letters), "first_id": _of_first})
    .on_conflict_do_nothing(index_elements=[_letters.queue, _letters.message_id])
)
LISTED = SortedList.of(
    select(dead_letters).where(_IN_QUEUE, equals_if_given(_letters.state, "state")),
    _letters.id,
    {},
)
_RANGE = (
    _IN_QUEUE,
    _IS_WAITING,
    _letters.id > bindparam("after"),
    _letters.id <= bindparam("until"),
)
_selected = select(dead_letters).where(*_RANGE)
SELECT = _selected.order_by(_letters.id).limit(bindparam("limit"))
COUNT = select(func.count()).select_from(dead_letters).where(*_RANGE)
_BY_IDS = (_IN_QUEUE, _IS_WAITING, _letters.id == func.any(bindparam("ids")))
SELECT_IDS = select(dead_letters).where(*_BY_IDS).order_by(_letters.id).limit(bindparam("limit"))
COUNT_IDS = select(func.count()).select_from(dead_letters).where(*_BY_IDS)
NEWEST = select(_letters.id).where(_IN_QUEUE).order_by(_letters.id.desc()).limit(1)
# Locked in the order of their ids, so that two decisions never wait for each other in a circle.
_locked = (
    select(_letters.id)
    .where(_letters.id == func.any(bindparam("ids")), _IS_WAITING)
    .order_by(_letters.id)
    .with_for_update()
)
DECIDE = (
    update(dead_letters)
    .where(_letters.id.in_(_locked.scalar_subquery()))
    .values(bound((_letters.state, _letters.decided_at, _letters.decided_by)))
    .returning(_letters.id)
)
DELETE_OLD = delete(dead_letters).where(_letters.created_at < bindparam("before"))


class PostgresDeadLetters:
    """Implements LetterBox and DeadLetters."""

    def add(self, letter: DeadLetter) -> bool:
        """Insert a letter; False where its message has one."""
        values = values_of(letter)
        body, concern, _ = (values.pop(name) for name in ("body", "concern", "doorbell"))
        stored = wrapped_columns.dump("content", body)
        return execute(ADD, **values, **stored, **values_of(concern)) == 1

    def list(
        self, queue: str, page: PageRequest, *, state: LetterState | None
    ) -> Sequence[DeadLetter]:
        """Return a page and one more. Raises InvalidCursor."""
        return [_letter(row) for row in LISTED.fetch(page, queue=queue, state=state)]

    def count(self, queue: str, *, state: LetterState | None) -> int:
        """Return how many there are."""
        return LISTED.total(queue=queue, state=state)

    def select(self, queue: str, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return waiting letters of a selection by their ids, up to a limit."""
        statement = SELECT if selection.ids is None else SELECT_IDS
        rows = fetch_all(statement, queue=queue, limit=limit, **_parameters(selection))
        return [_letter(row) for row in rows]

    def count_selected(self, queue: str, selection: Selection) -> int:
        """Return how many waiting letters a selection has."""
        statement = COUNT if selection.ids is None else COUNT_IDS
        return int(fetch_value(statement, queue=queue, **_parameters(selection)))

    def newest_id(self, queue: str) -> UUID | None:
        """Return the id of the last letter of a queue."""
        found: UUID | None = fetch_value(NEWEST, queue=queue)
        return found

    def decide(
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID | None
    ) -> Sequence[UUID]:
        """Give waiting letters their state; return the ids of those that were waiting."""
        rows = fetch_all(DECIDE, ids=list(ids), state=state, decided_at=at, decided_by=by)
        return [row["id"] for row in rows]


def delete_older(before: datetime) -> int:
    """Delete letters that died before then; return how many."""
    return execute(DELETE_OLD, before=before)


def _parameters(selection: Selection) -> Row:
    if selection.ids is not None:
        return {"ids": list(selection.ids)}
    return {"after": selection.after, "until": selection.until}


def _letter(row: Row) -> DeadLetter:
    body = wrapped_columns.load("content", row) if row["content"] else None
    columns = {name: value for name, value in row.items() if not name.startswith("content")}
    if body is None:
        columns["message_id"] = columns.pop("redrive_of")
    return DeadLetter(body=body, concern=take(Concern, columns), **columns)
