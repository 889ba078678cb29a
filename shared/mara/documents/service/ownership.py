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
    """Answers whether documents may be named by a caller."""

    documents: OwnDocuments
    unit_of_work: UnitOfWork

    def check_own(self, caller: Principal, document_ids: Collection[UUID]) -> None:
        """Raises DocumentNotFound, which names those that are not the caller's."""
        if not document_ids:
            return
        with self.unit_of_work(caller.user_id):
            unknown = self.documents.unknown(caller.user_id, document_ids)
        if unknown:
            names = sorted(str(document_id) for document_id in unknown)
            raise DocumentNotFound(f"Not among yours: {', '.join(names)}.", document_ids=names)
