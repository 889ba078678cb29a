"""Jobs of exports and erasures in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.erasure.errors import ErasureNotFound
from mara.erasure.model.data_job import OPEN, DataJob, JobKind, JobState
from tests.support.fakes.database import FakeDatabase


class FakeDataJobs:
    """Implements ``DataJobs``. One transaction runs at a time, so that claims never meet."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    @property
    def _rows(self) -> dict[UUID, DataJob]:
        return self._database.tables.data_jobs

    def add(self, job: DataJob) -> bool:
        opened = {(one.owner_id, one.kind) for one in self._rows.values() if one.state in OPEN}
        if (job.owner_id, job.kind) in opened:
            return False
        self._rows[job.id] = job
        return True

    def get(self, job_id: UUID) -> DataJob:
        if job_id not in self._rows:
            raise ErasureNotFound("Check the id.")
        return self._rows[job_id]

    def latest(self, owner_id: UUID, kind: JobKind) -> DataJob | None:
        found = [o for o in self._rows.values() if (o.owner_id, o.kind) == (owner_id, kind)]
        return max(found, key=lambda one: one.requested_at, default=None)

    def claim(self, job_id: UUID, now: datetime, until: datetime) -> DataJob | None:
        job = self._rows.get(job_id)
        if job is None or job.state not in OPEN or job.due_at is None or job.due_at > now:
            return None
        self._change(job, attempts=job.attempts + 1, due_at=until)
        return self._rows[job_id]

    def save(self, job: DataJob) -> None:
        known = self._rows[job.id]
        has_file = known.state is JobState.DONE and known.size is not None
        if known.state in OPEN or has_file:
            # What is counted, and how often it was claimed, is not the worker's to change.
            self._rows[job.id] = replace(job, counts=known.counts, attempts=known.attempts)

    def postpone(self, claimed: DataJob, until: datetime) -> None:
        job = self._rows[claimed.id]
        if job.state in OPEN and job.attempts == claimed.attempts:
            self._change(job, due_at=until)

    def fail(self, job_id: UUID, at: datetime) -> None:
        if (job := self._rows[job_id]).state in OPEN:
            self._change(job, state=JobState.FAILED, due_at=None, finished_at=at)

    def end_exports(self, owner_id: UUID, at: datetime) -> None:
        for job in list(self._rows.values()):
            if (job.owner_id, job.kind) == (owner_id, JobKind.EXPORT):
                self.fail(job.id, at)

    def add_count(self, job_id: UUID, kind: str, number: int) -> None:
        job = self._rows[job_id]
        counts: Mapping[str, int] = {**job.counts, kind: job.counts.get(kind, 0) + number}
        self._change(job, counts=counts)

    def due(self, now: datetime, limit: int) -> Sequence[UUID]:
        due = [(o.due_at, o.id) for o in self._rows.values() if o.due_at and o.due_at <= now]
        return [job_id for _, job_id in sorted(due)][:limit]

    def expired_exports(self, before: datetime, limit: int) -> Sequence[DataJob]:
        with_file = [one for one in self._rows.values() if one.size is not None]
        return [o for o in with_file if o.finished_at and o.finished_at < before][:limit]

    def _change(self, job: DataJob, **changes: Any) -> None:
        self._rows[job.id] = replace(job, **changes)
