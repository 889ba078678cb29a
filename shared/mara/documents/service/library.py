"""Use cases of the owner of documents: upload, list, read, download, delete."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from mara.documents.errors import (
    ChunkNotFound,
    DocumentNotFailed,
    DocumentNotFound,
    FileMissing,
)
from mara.documents.messages import IngestDocument, PurgeDocument
from mara.documents.model import Disposition, Document, DocumentState
from mara.documents.model.uploads import UploadForm
from mara.documents.ports import Documents, Storage, StorageLevel
from mara.documents.service.formats import (
    MEDIA_TYPES,
    SHOWN_AS,
    check_filename,
    check_size,
    clean_filename,
    format_of,
)
from mara.kernel.clock import Clock
from mara.kernel.errors import check_all
from mara.kernel.ids import new_id
from mara.kernel.messages import Publish
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.search.model import Chunk
from mara.search.ports import SearchIndex

UPLOAD_LIFETIME = timedelta(minutes=15)
DOWNLOAD_LIFETIME = timedelta(minutes=5)

RESTARTED_BY_UPLOAD = {DocumentState.UPLOADING, DocumentState.FAILED}
"""Uploading the same bytes again restarts a document in these states."""


@dataclass(frozen=True, slots=True)
class LibraryService:
    """Use cases of the owner of documents."""

    documents: Documents
    storage: Storage
    index: SearchIndex
    stored: StorageLevel
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def upload(
        self, caller: Principal, filename: str, content: bytes, *, replaces: UUID | None = None
    ) -> tuple[Document, bool]:
        """Store a file and queue its ingestion; return the document and whether it is new.

        The same file with the same name is the same document. ``replaces`` is a document that this
        one is a new version of; ingestion decides otherwise, by comparing the passages.
        Raises DocumentNotFound, EmptyFile, FileTooLarge, InvalidFilename, UnsupportedFormat,
        StorageUnavailable, UsageLimitReached.
        """
        digest = hashlib.sha256(content).hexdigest()
        document, is_new = self._register(caller, filename, len(content), digest, replaces=replaces)
        if document.state is not DocumentState.UPLOADING:
            return document, False
        # Outside a transaction; the watchdog fails a document whose bytes never arrive.
        self.storage.put(document.object_key, content)
        try:
            with self.unit_of_work(caller.user_id):
                queued = self._queue(caller, document.id)
        except DocumentNotFound:
            # Deleted, and perhaps purged, while it was stored: no other process would remove it.
            self.storage.delete(document.object_key)
            raise
        return queued, is_new

    def begin_upload(
        self,
        caller: Principal,
        filename: str,
        size: int,
        sha256: str,
        *,
        replaces: UUID | None = None,
    ) -> tuple[Document, UploadForm | None]:
        """Return the document and a form that accepts exactly this file.

        ``size`` is in bytes, ``sha256`` in hex. The form is ``None`` if the file is stored already.
        ``replaces`` as in ``upload``. Raises DocumentNotFound, EmptyFile, FileTooLarge,
        InvalidFilename, UnsupportedFormat, StorageUnavailable, UsageLimitReached.
        """
        document, _ = self._register(caller, filename, size, sha256.lower(), replaces=replaces)
        if document.state is not DocumentState.UPLOADING:
            return document, None
        lifetime_s = int(UPLOAD_LIFETIME.total_seconds())
        url, fields = self.storage.presign_upload(document.incoming_key, size, lifetime_s)
        return document, UploadForm(url, fields)

    def get(self, caller: Principal, document_id: UUID) -> Document:
        """Return the document. Raises DocumentNotFound."""
        with self.unit_of_work(caller.user_id):
            return self.documents.get(caller.user_id, document_id)

    def list(self, caller: Principal, page: PageRequest) -> Page[Document]:
        """Return a page of the caller's documents, the newest first unless it is sorted otherwise.

        Raises InvalidCursor.
        """
        with self.unit_of_work(caller.user_id):
            found = self.documents.list(caller.user_id, page)
            total = self.documents.count(caller.user_id, page) if page.total else None
        return Page.of(found, page, lambda document: document.id, total=total)

    def chunks_around(
        self, caller: Principal, document_id: UUID, chunk_id: UUID, *, limit: int
    ) -> tuple[Sequence[Chunk], bool]:
        """Return the page of ``limit`` passages that holds ``chunk_id``, and whether more follow.

        The pages are those of a reader who begins with the first passage. Raises DocumentNotFound,
        ChunkNotFound.
        """
        document = self.get(caller, document_id)
        ordinals = range(document.chunks or 0)
        ordinal = next((n for n in ordinals if Chunk.id_for(document_id, n) == chunk_id), None)
        if ordinal is None:
            raise ChunkNotFound("The document has no passage with this id.")
        return self.chunks(caller, document_id, after=ordinal - ordinal % limit - 1, limit=limit)

    def chunks(
        self, caller: Principal, document_id: UUID, *, after: int, limit: int
    ) -> tuple[Sequence[Chunk], bool]:
        """Return at most ``limit`` passages after ordinal ``after``, and whether there are more.

        Raises DocumentNotFound.
        """
        with self.unit_of_work(caller.user_id):
            self.documents.get(caller.user_id, document_id)
            found = self.index.read(caller.user_id, document_id, after=after, limit=limit + 1)
        return found[:limit], len(found) > limit

    def download_url(
        self,
        caller: Principal,
        document_id: UUID,
        disposition: Disposition = Disposition.ATTACHMENT,
    ) -> str:
        """Return a URL of the file, valid for five minutes. Raises DocumentNotFound."""
        document = self.get(caller, document_id)
        if document.state is DocumentState.UPLOADING:
            raise DocumentNotFound("Its file has not arrived yet.")
        lifetime_s = int(DOWNLOAD_LIFETIME.total_seconds())
        shown_as = SHOWN_AS[document.format] if disposition is Disposition.INLINE else None
        return self.storage.presign_download(
            document.object_key, document.filename, lifetime_s, shown_as=shown_as
        )

    def retry(self, caller: Principal, document_id: UUID) -> Document:
        """Queue a failed document to be read again.

        Raises DocumentNotFound, DocumentNotFailed, FileMissing if its file never arrived, and
        StorageUnavailable.
        """
        document = self.get(caller, document_id)
        _check_failed(document)
        if self.storage.size(document.object_key) is None:
            raise FileMissing("Upload it again.")
        with self.unit_of_work(caller.user_id):
            document = self.documents.lock(caller.user_id, document_id)
            _check_failed(document)  # a parallel retry may have queued it
            queued = replace(
                document,
                state=DocumentState.QUEUED,
                failure=None,
                attempts=0,
                updated_at=self.now(),
            )
            self.documents.save(queued)
            self.publish(IngestDocument(document_id=document_id))
        return queued

    def delete(self, caller: Principal, document_id: UUID) -> None:
        """Hide the document from search at once, and queue its purge. Raises DocumentNotFound."""
        with self.unit_of_work(caller.user_id):
            document = self.documents.lock(caller.user_id, document_id)
            at = self.now()
            self.documents.save(replace(document, deleted_at=at, updated_at=at))
            self.stored.give(caller.user_id, document.size)
            self.publish(PurgeDocument(document_id=document_id))

    def _register(
        self,
        caller: Principal,
        filename: str,
        size: int,
        sha256: str,
        *,
        replaces: UUID | None,
    ) -> tuple[Document, bool]:
        """Return the document of this content, in state ``uploading`` until the file is stored."""
        check_all(lambda: check_size(size), lambda: check_filename(filename))
        name = clean_filename(filename)
        kind = format_of(name)
        at = self.now()
        with self.unit_of_work(caller.user_id):
            previous = self.documents.get(caller.user_id, replaces) if replaces else None
            self.documents.lock_name(caller.user_id, name)
            known = self.documents.find_by_hash(caller.user_id, sha256, name)
            if known and (previous is None or known.lineage_id == previous.lineage_id):
                return self._restart(known), False
            document = Document(
                id=new_id(),
                owner_id=caller.user_id,
                filename=name,
                format=kind,
                media_type=MEDIA_TYPES[kind],
                size=size,
                sha256=sha256,
                version=1,
                state=DocumentState.UPLOADING,
                created_at=at,
                updated_at=at,
            )
            if previous is not None:
                version = self.documents.next_version(caller.user_id, previous.lineage_id)
                document = document.as_version_after(previous, version)
            self.documents.add(document)
            self.stored.take(caller.user_id, size)
        return document, True

    def _restart(self, known: Document) -> Document:
        if known.state not in RESTARTED_BY_UPLOAD:
            return known
        restarted = replace(
            known,
            state=DocumentState.UPLOADING,
            failure=None,
            attempts=0,
            updated_at=self.now(),
        )
        self.documents.save(restarted)
        return restarted

    def _queue(self, caller: Principal, document_id: UUID) -> Document:
        document = self.documents.lock(caller.user_id, document_id)
        if document.state is not DocumentState.UPLOADING:
            return document  # a concurrent upload of the same file has queued it
        queued = replace(document, state=DocumentState.QUEUED, updated_at=self.now())
        self.documents.save(queued)
        self.publish(IngestDocument(document_id=document_id))
        return queued


def _check_failed(document: Document) -> None:
    """Raises DocumentNotFailed."""
    if document.state is not DocumentState.FAILED:
        raise DocumentNotFailed(f"It is {document.state.value}.")
