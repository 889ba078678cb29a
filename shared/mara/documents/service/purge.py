"""Deletes the parts of a deleted document and verifies the deletion."""

from dataclasses import dataclass
from uuid import UUID

from mara.documents.errors import PurgeIncomplete
from mara.documents.ports import Documents, Storage
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.search.ports import SearchIndex


@dataclass(frozen=True, slots=True)
class PurgeService:
    """Deletes the parts of deleted documents."""

    documents: Documents
    storage: Storage
    index: SearchIndex
    unit_of_work: UnitOfWork

    def purge(self, document_id: UUID) -> None:
        """Delete the objects, then the chunks, then the row.

        The row is the last part, so an interrupted purge can be retried. Idempotent. Raises
        PurgeIncomplete, StorageUnavailable.
        """
        with self.unit_of_work(SYSTEM):
            document = self.documents.find_deleted(document_id)
        if document is None:
            return
        for key in (document.object_key, document.incoming_key):
            self.storage.delete(key)
            if self.storage.size(key) is not None:
                raise PurgeIncomplete("The stored file is still there.")
        with self.unit_of_work(SYSTEM):
            self.index.remove(document.owner_id, document_id)
            if self.index.count(document.owner_id, document_id):
                raise PurgeIncomplete("Passages of it are still there.")
            self.documents.erase(document_id)
