"""The ownership of documents in PostgreSQL."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from mara.documents.adapters.tables import documents
from mara.platform.sql import fetch_all

OWN = select(documents.c.id).where(
    documents.c.owner_id == bindparam("owner_id"),
    documents.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    documents.c.deleted_at.is_(None),
)


class PostgresOwnDocuments:
    """Implements ``OwnDocuments``."""

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` that the user does not own."""
        rows = fetch_all(OWN, owner_id=owner_id, ids=list(document_ids))
        return set(document_ids) - {row["id"] for row in rows}
