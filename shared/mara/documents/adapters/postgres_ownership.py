"""The ownership of documents in PostgreSQL."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, bindparam, func, literal_column, or_, select

from mara.documents.adapters.tables import documents
from mara.documents.model import DocumentState
from mara.platform.sql import constant, fetch_all

OWN = select(documents.c.id).where(
    documents.c.owner_id == bindparam("owner_id"),
    documents.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    documents.c.deleted_at.is_(None),
)

# How the database folds letters depends on its locale. It selects the names of the same length
# without spaces, and `name_key` compares them.
_length = func.length(
    func.regexp_replace(
        func.normalize(documents.c.filename, literal_column("NFKC")), r"\s", "", "g"
    )
)
_is_asked = documents.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))
_is_searchable = and_(
    documents.c.state == constant(DocumentState.READY), documents.c.superseded_at.is_(None)
)
_is_own = and_(documents.c.owner_id == bindparam("owner_id"), documents.c.deleted_at.is_(None))
_lengths = select(_length).where(_is_own, _is_asked)
SIMILAR_NAMES = select(
    documents.c.id, documents.c.filename, _is_searchable.label("is_searchable")
).where(_is_own, or_(_is_asked, and_(_is_searchable, _length.in_(_lengths))))


class PostgresOwnDocuments:
    """Implements ``OwnDocuments``."""

    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` that the user does not own."""
        rows = fetch_all(OWN, owner_id=owner_id, ids=list(document_ids))
        return set(document_ids) - {row["id"] for row in rows}

    def with_namesakes(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        """Return those of ``document_ids`` whose name another searchable document has."""
        if not document_ids:
            return set()
        # Imported here: of the functions that have this class, only those that answer need it.
        from mara.documents.model.namesakes import name_key

        rows = fetch_all(SIMILAR_NAMES, owner_id=owner_id, ids=list(document_ids))
        keys = {row["id"]: name_key(row["filename"]) for row in rows}
        shared = Counter(keys[row["id"]] for row in rows if row["is_searchable"])
        others = {row["id"]: shared[keys[row["id"]]] - row["is_searchable"] for row in rows}
        return {asked for asked in document_ids if others.get(asked, 0) > 0}
