"""Documents kept in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.documents.errors import DocumentNotFound
from mara.documents.model import Document, DocumentState, Failure
from mara.documents.service.recovery import DELETED_FOR, QUEUED_FOR, UPLOADING_FOR
from mara.extraction.model import Format
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.platform.database import connection

OWN = "SELECT id FROM documents WHERE owner_id = %s AND id = ANY(%s) AND deleted_at IS NULL"

COLUMNS = """id, owner_id, filename, format, media_type, size, sha256, version, state, created_at,
    updated_at, failure_code, failure_detail, pages, chunks, language, attempts, lease_until,
    deleted_at, superseded_at"""

INSERT = f"""
    INSERT INTO documents ({COLUMNS}) VALUES (%(id)s, %(owner_id)s, %(filename)s, %(format)s,
        %(media_type)s, %(size)s, %(sha256)s, %(version)s, %(state)s, %(created_at)s,
        %(updated_at)s, %(failure_code)s, %(failure_detail)s, %(pages)s, %(chunks)s, %(language)s,
        %(attempts)s, %(lease_until)s, %(deleted_at)s, %(superseded_at)s)
"""
UPDATE = """
    UPDATE documents SET state = %(state)s, updated_at = %(updated_at)s,
        failure_code = %(failure_code)s, failure_detail = %(failure_detail)s, pages = %(pages)s,
        chunks = %(chunks)s, language = %(language)s, attempts = %(attempts)s,
        lease_until = %(lease_until)s, deleted_at = %(deleted_at)s
    WHERE owner_id = %(owner_id)s AND id = %(id)s
"""
GET = f"""
    SELECT {COLUMNS} FROM documents
    WHERE id = %(id)s AND (%(owner)s::uuid IS NULL OR owner_id = %(owner)s)
      AND deleted_at IS NULL
"""
FIND_BY_HASH = f"""
    SELECT {COLUMNS} FROM documents
    WHERE owner_id = %s AND sha256 = %s AND filename = %s
      AND deleted_at IS NULL AND superseded_at IS NULL
    ORDER BY version DESC LIMIT 1
"""
# Till the transaction ends: two uploads of one name at once get two versions, one after the other.
LOCK_NAME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7211))"
NEXT_VERSION = """
    SELECT coalesce(max(version), 0) + 1 FROM documents WHERE owner_id = %s AND filename = %s
"""
LIST = f"""
    SELECT {COLUMNS} FROM documents
    WHERE owner_id = %(owner)s AND deleted_at IS NULL
      AND (%(after)s::uuid IS NULL OR id < %(after)s)
    ORDER BY id DESC LIMIT %(limit)s
"""
CLAIM = f"""
    UPDATE documents SET state = 'processing', attempts = attempts + 1, lease_until = %(until)s,
        updated_at = %(at)s
    WHERE id = %(id)s AND deleted_at IS NULL
      AND (state = 'queued' OR (state = 'processing' AND lease_until < %(at)s))
    RETURNING {COLUMNS}
"""
RENEW = """
    UPDATE documents SET lease_until = %(until)s
    WHERE id = %(id)s AND deleted_at IS NULL AND state = 'processing' AND attempts = %(attempts)s
"""
SUPERSEDE = """
    UPDATE documents SET superseded_at = %(at)s
    WHERE owner_id = %(owner)s AND filename = %(filename)s AND version < %(version)s
      AND superseded_at IS NULL AND deleted_at IS NULL
    RETURNING id
"""
OVERDUE = f"""
    SELECT {COLUMNS} FROM documents
    WHERE (deleted_at IS NOT NULL AND updated_at < %(deleted)s)
       OR (deleted_at IS NULL AND (
              (state = 'queued' AND updated_at < %(queued)s)
           OR (state = 'uploading' AND updated_at < %(uploading)s)
           OR (state = 'processing' AND lease_until < %(at)s)))
    ORDER BY updated_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
FIND_DELETED = f"SELECT {COLUMNS} FROM documents WHERE id = %s AND deleted_at IS NOT NULL"
ERASE = "DELETE FROM documents WHERE id = %s AND deleted_at IS NOT NULL"


class PostgresDocuments:
    def add(self, document: Document) -> None:
        connection().execute(INSERT, _parameters(document))

    def get(self, scope: Scope, document_id: UUID) -> Document:
        return self._one(GET, scope, document_id)

    def lock(self, scope: Scope, document_id: UUID) -> Document:
        return self._one(f"{GET} FOR UPDATE", scope, document_id)

    def find_by_hash(self, owner_id: UUID, sha256: str, filename: str) -> Document | None:
        row = connection().execute(FIND_BY_HASH, (owner_id, sha256, filename)).fetchone()
        return document_of(row) if row else None

    def next_version(self, owner_id: UUID, filename: str) -> int:
        connection().execute(LOCK_NAME, (f"{owner_id}/{filename}",))
        row = connection().execute(NEXT_VERSION, (owner_id, filename)).fetchone()
        return int(row[0]) if row else 1

    def list(self, owner_id: UUID, page: PageRequest) -> list[Document]:
        parameters = {"owner": owner_id, "after": page.after, "limit": page.limit + 1}
        return [document_of(row) for row in connection().execute(LIST, parameters)]

    def save(self, document: Document) -> None:
        connection().execute(UPDATE, _parameters(document))

    def claim(self, document_id: UUID, at: datetime, lease_until: datetime) -> Document | None:
        parameters = {"id": document_id, "at": at, "until": lease_until}
        row = connection().execute(CLAIM, parameters).fetchone()
        return document_of(row) if row else None

    def renew(self, claimed: Document, lease_until: datetime) -> bool:
        parameters = {"id": claimed.id, "attempts": claimed.attempts, "until": lease_until}
        return connection().execute(RENEW, parameters).rowcount == 1

    def supersede_older(self, newest: Document, at: datetime) -> Sequence[UUID]:
        parameters = {
            "at": at,
            "owner": newest.owner_id,
            "filename": newest.filename,
            "version": newest.version,
        }
        return [row[0] for row in connection().execute(SUPERSEDE, parameters)]

    def overdue(self, at: datetime, limit: int) -> Sequence[Document]:
        parameters = {
            "at": at,
            "deleted": at - DELETED_FOR,
            "queued": at - QUEUED_FOR,
            "uploading": at - UPLOADING_FOR,
            "limit": limit,
        }
        return [document_of(row) for row in connection().execute(OVERDUE, parameters)]

    def find_deleted(self, document_id: UUID) -> Document | None:
        row = connection().execute(FIND_DELETED, (document_id,)).fetchone()
        return document_of(row) if row else None

    def erase(self, document_id: UUID) -> None:
        connection().execute(ERASE, (document_id,))

    def _one(self, statement: str, scope: Scope, document_id: UUID) -> Document:
        owner = None if scope == SYSTEM else scope
        row = connection().execute(statement, {"id": document_id, "owner": owner}).fetchone()
        if row is None:
            raise DocumentNotFound("Check the id.")
        return document_of(row)


def document_of(row: tuple[Any, ...]) -> Document:
    *head, failure_code, failure_detail, pages, chunks, language = row[:16]
    id_, owner_id, filename, format_, media_type, size, sha256, version, state, created, updated = (
        head
    )
    attempts, lease_until, deleted_at, superseded_at = row[16:]
    return Document(
        id=id_,
        owner_id=owner_id,
        filename=filename,
        format=Format(format_),
        media_type=media_type,
        size=size,
        sha256=sha256,
        version=version,
        state=DocumentState(state),
        created_at=created,
        updated_at=updated,
        failure=Failure(failure_code, failure_detail) if failure_code else None,
        pages=pages,
        chunks=chunks,
        language=language,
        attempts=attempts,
        lease_until=lease_until,
        deleted_at=deleted_at,
        superseded_at=superseded_at,
    )


def _parameters(document: Document) -> dict[str, object]:
    failure = document.failure
    return {
        "id": document.id,
        "owner_id": document.owner_id,
        "filename": document.filename,
        "format": document.format,
        "media_type": document.media_type,
        "size": document.size,
        "sha256": document.sha256,
        "version": document.version,
        "state": document.state,
        "created_at": document.created_at,
        "updated_at": document.updated_at,
        "failure_code": failure.code if failure else None,
        "failure_detail": failure.detail if failure else None,
        "pages": document.pages,
        "chunks": document.chunks,
        "language": document.language,
        "attempts": document.attempts,
        "lease_until": document.lease_until,
        "deleted_at": document.deleted_at,
        "superseded_at": document.superseded_at,
    }


class PostgresOwnDocuments:
    def unknown(self, owner_id: UUID, document_ids: Collection[UUID]) -> set[UUID]:
        rows = connection().execute(OWN, (owner_id, list(document_ids)))
        return set(document_ids) - {row[0] for row in rows}
