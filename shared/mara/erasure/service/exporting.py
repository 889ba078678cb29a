"""The work of an export: rows, documents and invoices into one ZIP file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from mara.erasure.model.data_job import OPEN, DataJob, JobState
from mara.erasure.model.rules import EXPORTED
from mara.erasure.ports import AccountFiles, Archive, DataJobs, OwnedObjects, OwnedRows
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import UnitOfWork


class _Ended(Exception):
    """The account was closed, or another worker has the export."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes the file while it reads: at no time is more than a page of rows in memory.

    Each page is a transaction: what changes meanwhile is in the file as it was when its page was
    read. ``name_of`` returns the file name of a document, None where it is deleted.
    """

    jobs: DataJobs
    rows: OwnedRows
    objects: OwnedObjects
    name_of: Callable[[UUID, UUID], str | None]
    invoices: AccountFiles
    unit_of_work: UnitOfWork
    now: Clock

    def run(self, job: DataJob) -> None:
        """Write the file and finish the job; an export that was ended meanwhile stores nothing.

        Raises StorageUnavailable.
        """
        try:
            with self.objects.archive(job) as archive:
                self._write(job.owner_id, archive)
                self._check_open(job)
        except _Ended:
            return
        done = replace(
            job, state=JobState.DONE, due_at=None, finished_at=self.now(), size=archive.size
        )
        with self.unit_of_work(job.owner_id):
            self.jobs.save(done)

    def _check_open(self, job: DataJob) -> None:
        with self.unit_of_work(job.owner_id):
            stored = self.jobs.get(job.id)
        if stored.state not in OPEN or stored.attempts != job.attempts:
            raise _Ended

    def _write(self, owner_id: UUID, archive: Archive) -> None:
        for table in EXPORTED:
            archive.add(f"{table}.jsonl", self._lines(owner_id, table))
        for document_id in self.objects.documents(owner_id):
            with self.unit_of_work(owner_id):
                name = self.name_of(owner_id, document_id)
            if name is not None:
                path = f"documents/{document_id}/{name.replace('/', '_')}"
                archive.add(path, self.objects.read(owner_id, document_id))
        for name, content in self.invoices(owner_id):
            archive.add(f"invoices/{name}", [content])

    def _lines(self, owner_id: UUID, table: str) -> Iterator[bytes]:
        after = None
        while True:
            with self.unit_of_work(owner_id):
                page = self.rows.page(owner_id, table, after)
            yield "".join(f"{line}\n" for line in page.lines).encode()
            after = page.last
            if after is None:
                return
