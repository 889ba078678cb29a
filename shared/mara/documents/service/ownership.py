"""Checks that documents belong to the caller."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from mara.documents.errors import DocumentNotFound
from mara.documents.ports import OwnDocuments
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class OwnershipService:
    """Checks that a caller refers to own documents only."""

    documents: OwnDocuments
    unit_of_work: UnitOfWork

    def check_own(self, caller: Principal, document_ids: Collection[UUID]) -> None:
        """Check that all documents are the caller's. Raises DocumentNotFound, with the others."""
        if not document_ids:
            return
        with self.unit_of_work(caller.user_id):
            unknown = self.documents.unknown(caller.user_id, document_ids)
        if unknown:
            names = sorted(str(document_id) for document_id in unknown)
            raise DocumentNotFound(f"Not among yours: {', '.join(names)}.", document_ids=names)
