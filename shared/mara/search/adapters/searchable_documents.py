"""Which documents are searchable: decided in PostgreSQL for either index."""

from uuid import UUID

from mara.platform.database import connection
from mara.search.model import Query

# A document id whose document has a newer version refers to that version, never to a namesake.
SEARCHABLE = """
    owner_id = %(owner)s
      AND state = 'ready' AND deleted_at IS NULL AND superseded_at IS NULL
      AND (%(everywhere)s OR id = ANY(%(documents)s) OR coalesce(first_version_id, id) IN (
        SELECT coalesce(first_version_id, id) FROM documents
        WHERE owner_id = %(owner)s AND id = ANY(%(documents)s) AND superseded_at IS NOT NULL
          AND deleted_at IS NULL))
"""
SEARCHED = f"SELECT id, filename FROM documents WHERE {SEARCHABLE}"
FILENAME = "SELECT filename FROM documents WHERE id = %s"


def searched_documents(query: Query) -> dict[UUID, str]:
    """Ids and file names of the owner's documents that are ready, not deleted, not superseded."""
    parameters = {
        "owner": query.owner_id,
        "everywhere": not query.document_ids,
        "documents": list(query.document_ids),
    }
    return {row[0]: row[1] for row in connection().execute(SEARCHED, parameters)}


def filename_of(document_id: UUID) -> str:
    """The document's file name; empty where there is no such document."""
    row = connection().execute(FILENAME, (document_id,)).fetchone()
    return row[0] if row else ""
