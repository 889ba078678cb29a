"""Questions that a queue answers, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from mara.agents.adapters.tables import pending_answers
from mara.agents.model.pending import PendingAnswer, PendingState
from mara.platform.sql import Row, bound, execute, fetch_one, fetch_value, values_of

_columns = pending_answers.c
_key = (_columns.owner_id == bindparam("owner_id"), _columns.id == bindparam("id"))
_queued = _columns.state == PendingState.QUEUED.value

INSERT = insert(pending_answers).values(bound(_columns))
FIND = select(pending_answers).where(*_key)
COUNT = select(func.count()).where(
    _columns.owner_id == bindparam("owner_id"), _columns.agent_id == bindparam("agent_id"), _queued
)
CLAIM = (
    update(pending_answers)
    .where(
        *_key,
        _queued,
        or_(_columns.leased_until.is_(None), _columns.leased_until < bindparam("at")),
    )
    .values(leased_until=bindparam("until"))
    .returning(pending_answers)
)
UPDATE = (
    update(pending_answers)
    .where(*_key)
    .values(bound([_columns.state, _columns.failure, _columns.leased_until]))
)
DELETE = delete(pending_answers).where(*_key)


class PostgresPendingAnswers:
    """Implements ``PendingAnswers``."""

    def add(self, pending: PendingAnswer) -> None:
        """Insert a question."""
        execute(INSERT, **values_of(pending))

    def find(self, owner_id: UUID, answer_id: UUID) -> PendingAnswer | None:
        """Return the question, None if it is answered or unknown."""
        return _pending(fetch_one(FIND, owner_id=owner_id, id=answer_id))

    def count(self, owner_id: UUID, agent_id: UUID) -> int:
        """Return how many questions to the agent are queued."""
        return int(fetch_value(COUNT, owner_id=owner_id, agent_id=agent_id))

    def claim(
        self, owner_id: UUID, answer_id: UUID, at: datetime, until: datetime
    ) -> PendingAnswer | None:
        """Lease the question to this worker, None if it is not queued or leased by another."""
        return _pending(fetch_one(CLAIM, owner_id=owner_id, id=answer_id, at=at, until=until))

    def save(self, pending: PendingAnswer) -> None:
        """Update state, failure and lease."""
        execute(UPDATE, **values_of(pending))

    def remove(self, owner_id: UUID, answer_id: UUID) -> bool:
        """Delete the question; return whether it was there."""
        return execute(DELETE, owner_id=owner_id, id=answer_id) == 1


def _pending(row: Row | None) -> PendingAnswer | None:
    return PendingAnswer(**row) if row else None
