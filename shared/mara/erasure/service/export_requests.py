"""Exports of the caller's data: asked for, and fetched when they are ready."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.erasure.messages import HandleUserData
from mara.erasure.model.data_job import EXPORT_EVERY, OPEN, DataJob, JobKind
from mara.erasure.ports import DataJobs, OwnedObjects
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ExportRequests:
    """An export runs once at a time for each user, and its file is kept for a day."""

    jobs: DataJobs
    objects: OwnedObjects
    audit: AuditLog
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]

    def request(self, caller: Principal, *, afresh: bool = False) -> tuple[DataJob, str | None]:
        """Return the running export, or the last one with the link of its file, or begin one.

        ``afresh`` begins another export though the file of the last one is still kept, or though it
        failed, once an hour at most: until then the last one is returned. Raises
        StorageUnavailable.
        """
        at = self.now()
        with self.unit_of_work(caller.user_id):
            job = self.jobs.latest(caller.user_id, JobKind.EXPORT)
            if job is None or self._is_over(job, afresh=afresh):
                job = self._begin(caller.user_id)
        if job.expires_at is None:
            return job, None
        return job, self.objects.link(job, int((job.expires_at - at).total_seconds()))

    def _is_over(self, job: DataJob, *, afresh: bool) -> bool:
        if job.state in OPEN:
            return False
        if job.expires_at is not None and job.expires_at <= self.now():
            return True
        return afresh and job.requested_at + EXPORT_EVERY <= self.now()

    def _begin(self, owner_id: UUID) -> DataJob:
        at = self.now()
        job = DataJob(self.new_id(), owner_id, JobKind.EXPORT, requested_at=at, due_at=at)
        if not self.jobs.add(job):
            # Another request of the user began one since this one looked.
            return self.jobs.latest(owner_id, JobKind.EXPORT) or job
        self.audit.record(Deed(AuditAction.ACCOUNT_EXPORTED, owner_id, owner_id, "export", job.id))
        self.publish(HandleUserData(job_id=job.id))
        return job
