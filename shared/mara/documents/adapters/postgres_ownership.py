"""The ownership of documents in PostgreSQL."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, select

from mara.documents.adapters.tables import documents
from mara.documents.model import DocumentState
from mara.platform.sql import constant, fetch_all

OWN = select(documents.c.id).where(
    documents.c.owner_id == bindparam("owner_id"),
    documents.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    documents.c.deleted_at.is_(None),
)

_others = documents.alias("others")
WITH_NAMESAKES = OWN.where(
    select(_others.c.id)
    .where(
        _others.c.owner_id == bindparam("owner_id"),
        _others.c.filename == documents.c.filename,
        _others.c.id != documents.c.id,
        _others.c.state == constant(DocumentState.READY),
        _others.c.deleted_at.is_(None),
        _others.c.superseded_at.is_(None),
    )
    .exists()
)


class PostgresOwnDocuments:
    """Implements ``OwnDocuments``."""

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` that the user does not own."""
        rows = fetch_all(OWN, owner_id=owner_id, ids=list(document_ids))
        return set(document_ids) - {row["id"] for row in rows}

    def with_namesakes(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` whose name another searchable document has."""
        rows = fetch_all(WITH_NAMESAKES, owner_id=owner_id, ids=list(document_ids))
        return {row["id"] for row in rows}
