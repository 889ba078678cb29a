"""Rows of another table that stand dead, as dead letters, in PostgreSQL.

A row is a letter while it waits for a decision. What is decided is kept as a letter without a body.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.platform.database import connection
from mara.platform.sql import Row, take
from mara.queues.adapters.dead_row_sources import DeadRowSource
from mara.queues.model.concern import Concern
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import Selection

SELECT = """
    SELECT dead.*, uuid_extract_timestamp(dead.id) AS died_at, (
        SELECT first.id FROM dead_letters AS first
        WHERE first.queue = %(queue)s AND first.redrive_of = dead.message_id
        ORDER BY first.id LIMIT 1
    ) AS first_id
    FROM (SELECT {shown} FROM {table} WHERE letter_id IS NOT NULL) AS dead
    WHERE {condition} ORDER BY id {order} LIMIT %(limit)s
"""
COUNT = "SELECT count(*) FROM {table} WHERE letter_id IS NOT NULL AND {condition}"
NEWEST = """
    SELECT letter_id FROM {table} WHERE letter_id IS NOT NULL ORDER BY letter_id DESC LIMIT 1
"""
# Locked in the order of the table's key, as others who change many of its rows do.
DECIDE = """
    WITH found AS MATERIALIZED (
        SELECT {shown} FROM {table}
        WHERE letter_id = ANY(%(ids)s) AND ({allowed}) ORDER BY {key} FOR UPDATE
    ), changed AS (
        UPDATE {table} AS dead SET {change} FROM found WHERE dead.letter_id = found.id
        RETURNING found.*
    )
    INSERT INTO dead_letters (
        id, queue, message_id, reason, attempts, first_failed_at, last_failed_at, object_kind,
        object_id, owner_id, redrive_of, first_id, state, decided_at, decided_by, created_at,
        correlation_id, content_format, content_key_id, content_wrapped_key, content_nonce, content
    )
    SELECT id, %(queue)s, id::text, reason, attempts, uuid_extract_timestamp(id),
        uuid_extract_timestamp(id), object_kind, object_id, owner_id, message_id, (
            SELECT first.id FROM dead_letters AS first
            WHERE first.queue = %(queue)s AND first.redrive_of = changed.message_id
            ORDER BY first.id LIMIT 1
        ), %(state)s, %(at)s, %(by)s, uuid_extract_timestamp(id), correlation_id,
        1, '', '', decode(repeat('00', 12), 'hex'), ''
    FROM changed RETURNING id
"""
_IS_AFTER = "(%(after)s::uuid IS NULL OR id < %(after)s)"
_IN_RANGE = "{id} > %(after)s AND {id} <= %(until)s"
_BY_IDS = "{id} = ANY(%(ids)s)"


@dataclass(frozen=True, slots=True)
class PostgresDeadRows:
    """Implements DeadLetters for the rows of one table; other queues have none."""

    source: DeadRowSource

    def list(
        self, queue: str, page: PageRequest, *, state: LetterState | None
    ) -> Sequence[DeadLetter]:
        """Return a page and one more; all rows wait."""
        if not self._has(queue, state):
            return []
        return self._fetch(_IS_AFTER, "DESC", after=page.after, limit=page.limit + 1)

    def count(self, queue: str, *, state: LetterState | None) -> int:
        """Return how many there are."""
        return self._count("true") if self._has(queue, state) else 0

    def select(self, queue: str, selection: Selection, limit: int) -> Sequence[DeadLetter]:
        """Return rows of a selection by the ids of their letters, up to a limit."""
        if not self._has(queue):
            return []
        condition, values = _condition(selection)
        return self._fetch(condition.format(id="id"), "ASC", limit=limit, **values)

    def count_selected(self, queue: str, selection: Selection) -> int:
        """Return how many rows a selection has."""
        condition, values = _condition(selection)
        return self._count(condition.format(id="letter_id"), **values) if self._has(queue) else 0

    def newest_id(self, queue: str) -> UUID | None:
        """Return the id of the letter that died last."""
        rows = self._rows(NEWEST) if self._has(queue) else []
        return rows[0]["letter_id"] if rows else None

    def decide(
        self, ids: Sequence[UUID], state: LetterState, at: datetime, by: UUID | None
    ) -> Sequence[UUID]:
        """Begin rows again, or take their letters from them; return the ids of those changed."""
        again = state is LetterState.REDRIVEN
        self._rows(self.source.lock, ids=list(ids))
        rows = self._rows(
            DECIDE,
            change=self.source.begun if again else "letter_id = NULL",
            allowed=self.source.allowed if again else "true",
            ids=list(ids),
            state=state.value,
            at=at,
            by=by,
        )
        return [row["id"] for row in rows]

    def _has(self, queue: str, state: LetterState | None = None) -> bool:
        return queue == self.source.queue and state in (None, LetterState.WAITING)

    def _fetch(self, condition: str, order: str, **values: Any) -> Sequence[DeadLetter]:
        rows = self._rows(SELECT, condition=condition, order=order, **values)
        return [_letter(row, self.source.queue) for row in rows]

    def _count(self, condition: str, **values: Any) -> int:
        return int(self._rows(COUNT, condition=condition, **values)[0]["count"])

    def _rows(self, statement: str, **values: Any) -> Sequence[Row]:
        """Fill the parts of the source in, which are code, and run it with the other values."""
        source = self.source
        parts = {name: values.pop(name, "") for name in ("condition", "order", "change", "allowed")}
        own = {"table": source.table, "shown": source.shown, "key": source.key}
        cursor = connection().execute(
            statement.format(**own, **parts), {"queue": source.queue, **values}
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _condition(selection: Selection) -> tuple[str, Row]:
    if selection.ids is not None:
        return _BY_IDS, {"ids": list(selection.ids)}
    return _IN_RANGE, {"after": selection.after, "until": selection.until}


def _letter(row: Row, queue: str) -> DeadLetter:
    at, concern = row.pop("died_at"), take(Concern, row)
    times = {"first_failed_at": at, "last_failed_at": at, "created_at": at}
    return DeadLetter(queue=queue, concern=concern, **{**row, **times})
