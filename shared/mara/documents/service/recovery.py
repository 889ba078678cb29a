"""The watchdog: finds documents whose next step was lost, and retries it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mara.documents.messages import DocumentFailed, IngestDocument, PurgeDocument
from mara.documents.model import Document, DocumentState, Failure
from mara.documents.ports import Documents
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

ATTEMPTS_MAX = 3
"""The number of claims after which ingestion of a document fails for good."""
BATCH = 100
"""The number of documents in one transaction."""

# How long a document may stay in a state before its next step counts as lost.
QUEUED_FOR = timedelta(minutes=3)
UPLOADING_FOR = timedelta(minutes=30)
DELETED_FOR = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class RecoveryService:
    """Retries the lost steps of documents: ingestion, upload and purge."""

    documents: Documents
    publish: Publish
    publish_failure: Publish
    unit_of_work: UnitOfWork

    def recover(self, now: datetime) -> int:
        """Retry lost steps in transactions of at most BATCH documents; return their number.

        An upload that never finished, or a document after ATTEMPTS_MAX attempts, fails instead.
        """
        recovered = 0
        while True:
            with self.unit_of_work(SYSTEM):
                overdue = self.documents.overdue(now, BATCH)
                for document in overdue:
                    self._recover(document, now)
            recovered += len(overdue)
            if len(overdue) < BATCH:
                return recovered

    def _recover(self, document: Document, now: datetime) -> None:
        if document.deleted_at is not None:
            self.documents.save(replace(document, updated_at=now))
            self.publish(PurgeDocument(document_id=document.id))
        elif document.state is DocumentState.UPLOADING:
            failure = Failure("never_arrived", "The file was announced and never came.")
            self._fail(document, failure, now)
        elif document.attempts >= ATTEMPTS_MAX:
            failure = Failure("worker_died", f"Reading it failed {ATTEMPTS_MAX} times.")
            self._fail(document, failure, now)
        else:
            queued = replace(
                document,
                state=DocumentState.QUEUED,
                lease_until=None,
                progress=None,
                updated_at=now,
            )
            self.documents.save(queued)
            self.publish(IngestDocument(document_id=document.id))

    def _fail(self, document: Document, failure: Failure, now: datetime) -> None:
        failed = replace(
            document,
            state=DocumentState.FAILED,
            failure=failure,
            lease_until=None,
            progress=None,
            updated_at=now,
        )
        self.documents.save(failed)
        self.publish_failure(DocumentFailed(document_id=document.id, owner_id=document.owner_id))
