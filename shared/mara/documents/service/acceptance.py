"""Verifies an object that a client uploaded with a presigned form, before it is used."""

import hashlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from mara.documents.errors import DocumentNotFound, IngestionSettled
from mara.documents.messages import DocumentFailed, IngestDocument
from mara.documents.model import Document, DocumentState, Failure
from mara.documents.ports import Documents, Storage
from mara.kernel.clock import Clock
from mara.kernel.messages import Publish
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

BLOCK = 1024 * 1024
"""Bytes that are hashed at once."""


@dataclass(frozen=True, slots=True)
class AcceptanceService:
    """Verifies presigned uploads."""

    documents: Documents
    storage: Storage
    publish: Publish
    publish_failure: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def accept(self, document_id: UUID) -> None:
        """Queue the upload if its size and hash are what was declared, else fail the document.

        Idempotent. Raises StorageUnavailable, and IngestionSettled if no document waits for it.
        """
        document = self._waiting(document_id)
        failure = self._verify(document)
        if failure is None:
            self.storage.move(document.incoming_key, document.object_key)
        else:
            self.storage.delete(document.incoming_key)
        try:
            self._settle(document_id, failure)
        except DocumentNotFound as error:
            # Deleted, and perhaps purged, while it was moved: no other process would remove it.
            self.storage.delete(document.object_key)
            raise IngestionSettled("It was deleted meanwhile.") from error

    def _settle(self, document_id: UUID, failure: Failure | None) -> None:
        with self.unit_of_work(SYSTEM):
            locked = self.documents.lock(SYSTEM, document_id)
            if locked.state is not DocumentState.UPLOADING:
                raise IngestionSettled("It was accepted already.")
            state = DocumentState.FAILED if failure else DocumentState.QUEUED
            at = self.now()
            self.documents.save(replace(locked, state=state, failure=failure, updated_at=at))
            if failure is None:
                self.publish(IngestDocument(document_id=document_id))
            else:
                ids = {"document_id": document_id, "owner_id": locked.owner_id}
                self.publish_failure(DocumentFailed(**ids))

    def _waiting(self, document_id: UUID) -> Document:
        try:
            with self.unit_of_work(SYSTEM):
                document = self.documents.get(SYSTEM, document_id)
        except DocumentNotFound as error:
            raise IngestionSettled("It was deleted meanwhile.") from error
        if document.state is not DocumentState.UPLOADING:
            raise IngestionSettled("It was accepted already.")
        return document

    def _verify(self, document: Document) -> Failure | None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            if not self.storage.download(document.incoming_key, path):
                # Moved by a worker that crashed afterwards: the object there was verified.
                if self.storage.size(document.object_key) == document.size:
                    return None
                raise IngestionSettled("Its file is not there.")
            if path.stat().st_size != document.size:
                return Failure("size_differs", "The file has another size than was declared.")
            if _sha256(path) != document.sha256:
                return Failure("hash_differs", "The file has another SHA-256 than was declared.")
        return None


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
