"""Runs jobs of exports and erasures, and recovers those that were lost."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from mara.erasure.messages import HandleUserData
from mara.erasure.model.data_job import (
    EXPORT_ATTEMPTS_MAX,
    EXPORT_KEPT,
    LEASE,
    RETRY,
    DataJob,
    JobKind,
)
from mara.erasure.ports import AccountClosing, DataJobs, OwnedObjects
from mara.kernel.clock import Clock
from mara.kernel.errors import Unavailable
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

BATCH: Final = 100
"""Jobs that one tick of the schedule sends again."""


@dataclass(frozen=True, slots=True)
class DataJobRunner:
    """One worker at a time takes a job; after a failure it is due again in a minute."""

    jobs: DataJobs
    work: Callable[[DataJob], object]
    unit_of_work: UnitOfWork
    now: Clock

    def run(self, job_id: UUID) -> None:
        """Do the job if it is due. Raises what the work raises; an export fails at last."""
        at = self.now()
        with self.unit_of_work(SYSTEM):
            job = self.jobs.claim(job_id, at, at + LEASE)
            if job and job.kind is JobKind.EXPORT and job.attempts > EXPORT_ATTEMPTS_MAX:
                # A worker that is killed raises nothing: the claims are what is counted.
                self.jobs.fail(job.id, at)
                return
        if job is None:
            return
        try:
            self.work(job)
        except Exception:
            self._postpone(job)
            raise

    def _postpone(self, job: DataJob) -> None:
        at = self.now()
        with self.unit_of_work(SYSTEM):
            if job.kind is JobKind.EXPORT and job.attempts >= EXPORT_ATTEMPTS_MAX:
                self.jobs.fail(job.id, at)
            else:
                self.jobs.postpone(job, at + RETRY)


@dataclass(frozen=True, slots=True)
class DataJobRecovery:
    """What the schedule does each minute."""

    jobs: DataJobs
    objects: OwnedObjects
    closing: AccountClosing
    publish: Publish
    unit_of_work: UnitOfWork

    def recover(self, now: datetime) -> dict[str, int]:
        """Send due jobs again, and delete files of exports that are kept no longer.

        ``erased_with_money`` counts erased accounts to which money was sent later: it stays
        credited, and the operator pays it back.
        """
        with self.unit_of_work(SYSTEM):
            due = self.jobs.due(now, BATCH)
            for job_id in due:
                self.publish(HandleUserData(job_id=job_id))
            expired = self.jobs.expired_exports(now - EXPORT_KEPT, BATCH)
            with_money = self.closing.with_money()
        deleted = sum(self._delete_export(job) for job in expired)
        return {
            "data_jobs": len(due),
            "exports_deleted": deleted,
            "exports_left": len(expired) - deleted,
            "erased_with_money": with_money,
        }

    def _delete_export(self, job: DataJob) -> bool:
        """Return False where the storage fails: the others go on, and the next tick retries."""
        try:
            self.objects.delete_export(job)
        except Unavailable:
            return False
        with self.unit_of_work(job.owner_id):
            self.jobs.save(replace(job, size=None))
        return True
