"""Documents in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from mara.documents.adapters.tables import documents
from mara.documents.errors import DocumentNotFound
from mara.documents.model import Document, DocumentState, Failure, Progress, Stage
from mara.documents.ports import NAMESAKES_MAX
from mara.documents.service.recovery import DELETED_FOR, QUEUED_FOR, UPLOADING_FOR
from mara.kernel.page import PageRequest
from mara.kernel.unit_of_work import SYSTEM, Scope
from mara.platform.sql import (
    Row,
    bound,
    constant,
    equals_if_given,
    execute,
    fetch_all,
    fetch_one,
    fetch_value,
    values_of,
)
from mara.platform.sql_lists import SortedList, containing, contains_if_given

_columns = documents.c
_of_id = _columns.id == bindparam("id")
_of_owner = _columns.owner_id == bindparam("owner_id")
_of_name = _columns.filename == bindparam("filename")
_of_file = func.coalesce(_columns.first_version_id, _columns.id) == bindparam("lineage_id")
_not_deleted = _columns.deleted_at.is_(None)
_current = and_(_not_deleted, _columns.superseded_at.is_(None))
_queued = _columns.state == constant(DocumentState.QUEUED)
_uploading = _columns.state == constant(DocumentState.UPLOADING)
_processing = _columns.state == constant(DocumentState.PROCESSING)
_lease_is_over = and_(_processing, _columns.lease_until < bindparam("at"))

_progress = (_columns.progress_stage, _columns.progress_done, _columns.progress_total)

INSERT = insert(documents).values(bound(c for c in _columns if c is not _columns.waits_since))
UPDATE = (
    update(documents)
    .where(_of_owner, _of_id)
    .values(
        bound(
            (
                _columns.state,
                _columns.updated_at,
                _columns.failure_code,
                _columns.failure_detail,
                _columns.pages,
                _columns.chunks,
                _columns.language,
                _columns.attempts,
                _columns.lease_until,
                _columns.deleted_at,
                _columns.dropped,
                _columns.ocr,
                _columns.version,
                _columns.supersedes,
                _columns.first_version_id,
                *_progress,
            )
        )
    )
)
GET = select(documents).where(_of_id, equals_if_given(_columns.owner_id, "owner_id"), _not_deleted)
LOCK = GET.with_for_update()
FIND_BY_HASH = (
    select(documents)
    .where(_of_owner, _columns.sha256 == bindparam("sha256"), _of_name, _current)
    .order_by(_columns.version.desc())
    .limit(1)
)
# Held until the transaction ends.
ADVISORY_LOCK = select(
    func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name", type_=Text), 7211))
)
NEXT_VERSION = select(func.coalesce(func.max(_columns.version), 0) + 1).where(_of_owner, _of_file)
NAMESAKES = (
    select(documents)
    .where(
        _of_owner,
        _of_name,
        _current,
        _columns.state == constant(DocumentState.READY),
        _columns.id < bindparam("id"),
    )
    .order_by(_columns.id.desc())
    .limit(NAMESAKES_MAX)
)
LIST = SortedList.of(
    select(documents).where(
        _of_owner,
        _not_deleted,
        equals_if_given(_columns.state, "state"),
        contains_if_given(_columns.filename, "like"),
        or_(_columns.superseded_at.is_(None), bindparam("superseded", type_=Boolean)),
    ),
    _columns.id,
    {
        "updated_at": _columns.updated_at,
        "filename": _columns.filename,
        "size": _columns.size,
    },
)
CLAIM = (
    update(documents)
    .where(_of_id, _not_deleted, or_(_queued, _lease_is_over))
    .values(
        state=constant(DocumentState.PROCESSING),
        attempts=_columns.attempts + 1,
        lease_until=bindparam("until"),
        updated_at=bindparam("at"),
        progress_stage=constant(Stage.READING),
        progress_done=0,
        progress_total=1,
    )
    .returning(documents)
)
RENEW = (
    update(documents)
    .where(_of_id, _not_deleted, _processing, _columns.attempts == bindparam("attempt"))
    .values(lease_until=bindparam("until"), **bound(_progress))
)
SUPERSEDE = (
    update(documents)
    .where(_of_owner, _of_file, _columns.version < bindparam("newest"), _current)
    .values(superseded_at=bindparam("at"))
    .returning(_columns.id)
)
OVERDUE = (
    select(documents)
    .where(
        or_(
            and_(_columns.deleted_at.is_not(None), _columns.updated_at < bindparam("deleted")),
            and_(
                _not_deleted,
                or_(
                    and_(_queued, _columns.updated_at < bindparam("queued")),
                    and_(_uploading, _columns.updated_at < bindparam("uploading")),
                    _lease_is_over,
                ),
            ),
        )
    )
    .order_by(_columns.updated_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
FIND_DELETED = select(documents).where(_of_id, _columns.deleted_at.is_not(None))
ERASE = delete(documents).where(_of_id, _columns.deleted_at.is_not(None))


class PostgresDocuments:
    """Implements ``Documents``."""

    def add(self, document: Document) -> None:
        """Insert a document."""
        execute(INSERT, **_values(document))

    def get(self, scope: Scope, document_id: UUID) -> Document:
        """Return the document if it is visible in ``scope``. Raises DocumentNotFound."""
        return _document(fetch_one(GET, id=document_id, owner_id=_owner_of(scope)))

    def lock(self, scope: Scope, document_id: UUID) -> Document:
        """Return the document, locked until the transaction ends. Raises DocumentNotFound."""
        return _document(fetch_one(LOCK, id=document_id, owner_id=_owner_of(scope)))

    def find_by_hash(self, owner_id: UUID, sha256: str, filename: str) -> Document | None:
        """Return the newest document with this content and name, None if there is none."""
        row = fetch_one(FIND_BY_HASH, owner_id=owner_id, sha256=sha256, filename=filename)
        return _document(row) if row else None

    def lock_name(self, owner_id: UUID, filename: str) -> None:
        """Lock the name until the transaction ends."""
        fetch_value(ADVISORY_LOCK, name=f"{owner_id}/{filename}")

    def next_version(self, owner_id: UUID, lineage_id: UUID) -> int:
        """Return the next version of the file, which is locked until the transaction ends."""
        fetch_value(ADVISORY_LOCK, name=str(lineage_id))
        return int(fetch_value(NEXT_VERSION, owner_id=owner_id, lineage_id=lineage_id))

    def earlier_namesakes(self, document: Document) -> Sequence[Document]:
        """Return the searchable documents of the same name that were uploaded before."""
        name = {"owner_id": document.owner_id, "filename": document.filename}
        return [_document(row) for row in fetch_all(NAMESAKES, **name, id=document.id)]

    def list(self, owner_id: UUID, page: PageRequest) -> list[Document]:
        """Return a page of the owner's documents, and one document more if there are more."""
        rows = LIST.fetch(page, owner_id=owner_id, **_filters(page))
        return [_document(row) for row in rows]

    def count(self, owner_id: UUID, page: PageRequest) -> int:
        """Return the number of the owner's documents that the filters of ``page`` admit."""
        return LIST.total(owner_id=owner_id, **_filters(page))

    def save(self, document: Document) -> None:
        """Update all columns that may change."""
        execute(UPDATE, **_values(document))

    def claim(self, document_id: UUID, at: datetime, lease_until: datetime) -> Document | None:
        """Lease the document to this worker, None if it is not queued or leased by another."""
        row = fetch_one(CLAIM, id=document_id, at=at, until=lease_until)
        return _document(row) if row else None

    def renew(self, claimed: Document, lease_until: datetime, progress: Progress) -> bool:
        """Extend the lease of ``claimed``; return whether this worker still holds it."""
        held = {"id": claimed.id, "attempt": claimed.attempts, "until": lease_until}
        return execute(RENEW, **held, **_progress_values(progress)) == 1

    def supersede_older(self, newest: Document, at: datetime) -> Sequence[UUID]:
        """Mark older versions as superseded; return their ids."""
        of_file = {"owner_id": newest.owner_id, "lineage_id": newest.lineage_id}
        return [row["id"] for row in fetch_all(SUPERSEDE, **of_file, newest=newest.version, at=at)]

    def overdue(self, at: datetime, limit: int) -> Sequence[Document]:
        """Return documents whose next step is overdue, locked until the transaction ends."""
        rows = fetch_all(
            OVERDUE,
            at=at,
            deleted=at - DELETED_FOR,
            queued=at - QUEUED_FOR,
            uploading=at - UPLOADING_FOR,
            limit=limit,
        )
        return [_document(row) for row in rows]

    def find_deleted(self, document_id: UUID) -> Document | None:
        """Return a document that is deleted and not erased yet, None if there is none."""
        row = fetch_one(FIND_DELETED, id=document_id)
        return _document(row) if row else None

    def erase(self, document_id: UUID) -> None:
        """Delete the row of a deleted document."""
        execute(ERASE, id=document_id)


def _filters(page: PageRequest) -> Row:
    given = page.filters
    return {
        "state": given.get("state"),
        "like": containing(given.get("text")),
        "superseded": bool(given.get("superseded")),
    }


def _owner_of(scope: Scope) -> UUID | None:
    return None if scope == SYSTEM else scope


def _document(row: Row | None) -> Document:
    if row is None:
        raise DocumentNotFound("Check the id.")
    code, detail = row.pop("failure_code"), row.pop("failure_detail")
    stage, done, total = (row.pop(column.name) for column in _progress)
    row.pop("waits_since")
    return Document(
        failure=Failure(code, detail) if code else None,
        progress=Progress(stage, done, total) if stage else None,
        **row,
    )


def _values(document: Document) -> Row:
    failure = document.failure
    return {
        **values_of(document),
        "failure_code": failure.code if failure else None,
        "failure_detail": failure.detail if failure else None,
        **_progress_values(document.progress),
    }


def _progress_values(progress: Progress | None) -> Row:
    return {
        "progress_stage": progress.stage if progress else None,
        "progress_done": progress.done if progress else None,
        "progress_total": progress.total if progress else None,
    }
