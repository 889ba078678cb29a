"""Jobs of exports and erasures in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mara.erasure.adapters.tables import data_jobs
from mara.erasure.errors import ErasureNotFound
from mara.erasure.model.data_job import DataJob, JobKind, JobState
from mara.platform.database import connection
from mara.platform.sql import bound, constant, execute, fetch_all, fetch_one, values_of

_columns = data_jobs.c
_is_open = or_(
    _columns.state == constant(JobState.WAITING), _columns.state == constant(JobState.SETTLING)
)
_is_due = _columns.due_at <= bindparam("now", type_=_columns.due_at.type)
CONSTANT = {"id", "owner_id", "kind", "requested_at", "counts", "locale", "attempts"}

ADD = insert(data_jobs).values(bound(_columns)).on_conflict_do_nothing()
GET = select(data_jobs).where(_columns.id == bindparam("id"))
LATEST = (
    select(data_jobs)
    .where(_columns.owner_id == bindparam("owner_id"), _columns.kind == bindparam("kind"))
    .order_by(_columns.requested_at.desc())
    .limit(1)
)
CLAIM = (
    update(data_jobs)
    .where(_columns.id == bindparam("id"), _is_open, _is_due)
    .values(attempts=_columns.attempts + 1, due_at=bindparam("until"))
    .returning(*_columns)
)
SAVE = (
    update(data_jobs)
    .where(
        _columns.id == bindparam("id"),
        or_(_is_open, and_(_columns.state == constant(JobState.DONE), _columns.size.is_not(None))),
    )
    .values(bound(c for c in _columns if c.key not in CONSTANT))
)
POSTPONE = (
    update(data_jobs)
    .where(_columns.id == bindparam("id"), _columns.attempts == bindparam("claim"), _is_open)
    .values(due_at=bindparam("until"))
)
FAIL = (
    update(data_jobs)
    .where(_columns.id == bindparam("id"), _is_open)
    .values(state=constant(JobState.FAILED), due_at=null(), finished_at=bindparam("at"))
)
END_EXPORTS = (
    update(data_jobs)
    .where(
        _columns.owner_id == bindparam("user_id"),
        _columns.kind == constant(JobKind.EXPORT),
        _is_open,
    )
    .values(state=constant(JobState.FAILED), due_at=null(), finished_at=bindparam("at"))
)
DUE = select(_columns.id).where(_is_due).order_by(_columns.due_at).limit(bindparam("limit"))
EXPIRED = (
    select(data_jobs)
    .where(_columns.finished_at < bindparam("before"), _columns.size.is_not(None))
    .limit(bindparam("limit"))
)
ADD_COUNT = """
    UPDATE data_jobs SET counts = counts || jsonb_build_object(%(kind)s::text,
        coalesce((counts ->> %(kind)s)::bigint, 0) + %(number)s)
    WHERE id = %(id)s
"""


class PostgresDataJobs:
    """Implements ``DataJobs``."""

    def add(self, job: DataJob) -> bool:
        """Insert the job; False where the user has an open one of its kind."""
        return execute(ADD, **values_of(job)) == 1

    def get(self, job_id: UUID) -> DataJob:
        """Return the job. Raises ErasureNotFound."""
        row = fetch_one(GET, id=job_id)
        if row is None:
            raise ErasureNotFound("Check the id.")
        return DataJob(**row)

    def latest(self, owner_id: UUID, kind: JobKind) -> DataJob | None:
        """Return the newest job of the kind."""
        row = fetch_one(LATEST, owner_id=owner_id, kind=kind)
        return DataJob(**row) if row else None

    def claim(self, job_id: UUID, now: datetime, until: datetime) -> DataJob | None:
        """Take a job that is due, with one attempt more."""
        row = fetch_one(CLAIM, id=job_id, now=now, until=until)
        return DataJob(**row) if row else None

    def save(self, job: DataJob) -> None:
        """Update what changes with the work, except the counts."""
        execute(SAVE, **{k: v for k, v in values_of(job).items() if k not in CONSTANT - {"id"}})

    def postpone(self, claimed: DataJob, until: datetime) -> None:
        """Make the job due later, where no other worker claimed it."""
        execute(POSTPONE, id=claimed.id, claim=claimed.attempts, until=until)

    def fail(self, job_id: UUID, at: datetime) -> None:
        """End an open job without a result."""
        execute(FAIL, id=job_id, at=at)

    def end_exports(self, owner_id: UUID, at: datetime) -> None:
        """End the user's open exports without a result."""
        execute(END_EXPORTS, user_id=owner_id, at=at)

    def add_count(self, job_id: UUID, kind: str, number: int) -> None:
        """Add to the count of one kind."""
        connection().execute(ADD_COUNT, {"id": job_id, "kind": kind, "number": number})

    def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Return ids of jobs that are due."""
        return [row["id"] for row in fetch_all(DUE, now=now, limit=limit)]

    def expired_exports(self, before: datetime, limit: int) -> Sequence[DataJob]:
        """Return exports that were finished before a time and still have a file."""
        return [DataJob(**row) for row in fetch_all(EXPIRED, before=before, limit=limit)]
