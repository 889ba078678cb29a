"""The work of an erasure: it deletes, counts, and is not done before every count is zero."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from mara.erasure.errors import ErasureUnfinished
from mara.erasure.model.certificate import UNSILENCED, certificate_of, mail_of
from mara.erasure.model.data_job import SETTLING, DataJob, JobState
from mara.erasure.ports import (
    DataJobs,
    ForgetPerson,
    OwnedObjects,
    OwnedPassages,
    OwnedRows,
    SilenceBots,
    Writers,
)
from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError, Invalid
from mara.kernel.mail import Mailer
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

OBJECTS: Final = "objects"
PASSAGES: Final = "passages in OpenSearch"
WEBHOOKS: Final = "webhooks at Telegram"
TOKENS: Final = frozenset({"bot_configs", "connection_secrets"})
"""Tables without which no webhook can be removed."""
SILENCING_TRIED: Final = timedelta(days=1)
"""How long webhooks are tried to be removed: then the tokens are deleted without it."""
PLATFORM: Final = "rows of the platform's bot"
MAIL_TRIED: Final = timedelta(days=1)
"""How long the certificate is tried to be sent: the address is not kept for longer."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Every step can be repeated: after a crash the work begins again, with what is left.

    It works in the system's scope, which sees all rows of the account: a count of zero is true. No
    new row can be added once the account is closed. The transactions that began before end
    within seconds; what else still writes, uploads and other workers, ends within ``SETTLING``,
    and then everything is deleted and counted again.
    """

    jobs: DataJobs
    rows: OwnedRows
    objects: OwnedObjects
    passages: OwnedPassages
    writers: Writers
    silence_bots: SilenceBots
    forget_person: ForgetPerson
    mailer: Mailer
    unit_of_work: UnitOfWork
    now: Clock
    wait_for: Callable[[Callable[[], bool]], bool]
    """Waits some seconds for a condition; returns whether it came true."""

    def run(self, job: DataJob) -> DataJob:
        """Delete what is there; return the job as it stands now.

        Raises ErasureUnfinished, StorageUnavailable, SearchUnavailable: then it is to be run again.
        """
        if job.certificate is None:
            self._wait_for_writers()
            self._delete(job)
            left = self._count(job)
            if any(left.values()):
                raise ErasureUnfinished("Something was added meanwhile; it is deleted soon.")
            job = self._settle(job, left)
        return self._send(job) if job.certificate is not None else job

    def _wait_for_writers(self) -> None:
        with self.unit_of_work(SYSTEM):
            mark = self.writers.mark()

        def are_gone() -> bool:
            with self.unit_of_work(SYSTEM):
                return self.writers.are_gone(mark)

        if not self.wait_for(are_gone):
            raise ErasureUnfinished("A transaction that may write for the account is still open.")

    def _delete(self, job: DataJob) -> None:
        owner_id = job.owner_id
        # First: the tokens are needed for it, and are rows themselves.
        is_silent = self._silence(job)
        with self.unit_of_work(SYSTEM):
            forgotten = self.forget_person(owner_id)
        self._add(job, PLATFORM, forgotten)
        self._add(job, PASSAGES, self.passages.remove(owner_id))
        for table in self.rows.in_deletion_order():
            while is_silent or table not in TOKENS:
                with self.unit_of_work(SYSTEM):
                    deleted = self.rows.delete(owner_id, table)
                    if deleted:
                        self.jobs.add_count(job.id, table, deleted)
                if not deleted:
                    break
        with self.unit_of_work(SYSTEM):
            self.rows.blank(owner_id)
        self._add(job, OBJECTS, self.objects.delete(owner_id))
        if not is_silent:
            raise ErasureUnfinished("Webhooks are left at Telegram; all else is deleted.")

    def _silence(self, job: DataJob) -> bool:
        """Remove the webhooks; return whether the tokens are needed no longer."""
        silenced = self.silence_bots(job.owner_id)
        if silenced.unreached and self.now() < job.requested_at + SILENCING_TRIED:
            return False
        self._add(job, WEBHOOKS, silenced.removed)
        self._add(job, UNSILENCED, silenced.unreadable + silenced.unreached)
        return True

    def _add(self, job: DataJob, kind: str, number: int) -> None:
        if number:
            with self.unit_of_work(SYSTEM):
                self.jobs.add_count(job.id, kind, number)

    def _count(self, job: DataJob) -> dict[str, int]:
        owner_id = job.owner_id
        with self.unit_of_work(SYSTEM):
            left = {
                table: self.rows.count(owner_id, table) for table in self.rows.in_deletion_order()
            }
        left[PASSAGES] = self.passages.count(owner_id)
        left[OBJECTS] = self.objects.count(owner_id)
        return left

    def _settle(self, job: DataJob, left: dict[str, int]) -> DataJob:
        at, settled_at = self.now(), job.requested_at + SETTLING
        with self.unit_of_work(SYSTEM):
            counted = self.jobs.get(job.id)
            if at < settled_at:
                settling = replace(counted, state=JobState.SETTLING, due_at=settled_at)
            else:
                settling = replace(counted, certificate=certificate_of(counted, left, at))
            self.jobs.save(settling)
        return settling

    def _send(self, job: DataJob) -> DataJob:
        """Send the certificate; an address that takes none, or none for a day, is forgotten."""
        if job.certificate is not None and job.mail_to is not None:
            try:
                self.mailer.send(mail_of(job.certificate, job.mail_to, job.locale))
            except Invalid:
                # A stage without a sender, or an address that cannot be: no try will succeed.
                pass
            except DomainError:
                if self.now() < job.requested_at + MAIL_TRIED:
                    raise
        done = replace(job, state=JobState.DONE, due_at=None, finished_at=self.now(), mail_to=None)
        with self.unit_of_work(SYSTEM):
            self.jobs.save(done)
        return done
