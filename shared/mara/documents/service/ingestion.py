"""Ingestion: extract, chunk, embed and index a stored file; safe under crashes and redelivery."""

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from mara.documents.errors import DocumentNotFound, IngestionSettled
from mara.documents.messages import DocumentFailed
from mara.documents.model import (
    Document,
    DocumentState,
    Failure,
    Progress,
    RecognizedPages,
    Stage,
)
from mara.documents.ports import Documents, Extractor, PageMetering, Storage
from mara.documents.service.chunking import chunk
from mara.documents.service.versions import as_version
from mara.extraction.errors import Unreadable
from mara.extraction.model import Block, DroppedKind, Extraction, Place
from mara.kernel.clock import Clock
from mara.kernel.errors import PaymentRequired
from mara.kernel.messages import Publish
from mara.kernel.normalization import normalize, normalized
from mara.kernel.text import clean
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.metrics.model.families import INGESTION_SECONDS
from mara.metrics.service import timed
from mara.search.errors import IndexReplaced
from mara.search.model import Chunk
from mara.search.model.language import language_of
from mara.search.model.windows import passages_to_embed
from mara.search.ports import Embedder, SearchIndex

LEASE = timedelta(seconds=200)
"""Longer than any step, and renewed before each one: an expired lease means a crashed worker."""

PAGES_OF_A_TEXT = 1
"""What a file of a format without pages counts as."""

EMBEDDED_AT_ONCE = 512
"""The number of texts in one batch: enough to use every core of the embedder."""

Embedded = list[tuple[Chunk, Sequence[float]]]


@dataclass(frozen=True, slots=True)
class IngestionService:
    """Makes an uploaded document searchable."""

    documents: Documents
    storage: Storage
    extractor: Extractor
    embedder: Embedder
    index: SearchIndex
    metering: PageMetering
    publish: Publish
    unit_of_work: UnitOfWork
    now: Clock

    def ingest(self, document_id: UUID) -> None:
        """Make the document ``ready``, or ``failed`` with a reason.

        Its pages are reserved when they are counted, before anything is embedded, and cost nothing
        unless it becomes ready. A document that the plan has no pages for fails, and can be read
        again. Raises IngestionSettled for a redelivery, StorageUnavailable and
        EmbeddingUnavailable. A worker that crashes leaves no partial result, and a lease that
        expires.
        """
        claimed = self._claim(document_id)
        try:
            self._settle(claimed)
        except IndexReplaced:  # a reindex ended during embedding: embed again with its model
            self._settle(claimed)

    def _settle(self, claimed: Document) -> None:
        try:
            with timed(INGESTION_SECONDS, "reading"):
                extraction = self._read(claimed)
                chunks = chunk(
                    claimed.id,
                    extraction.blocks,
                    self.embedder.count_tokens,
                    self.embedder.tokens_max,
                )
        except Unreadable as error:
            self._finish(claimed, _failed(claimed, error.code, error.detail), None)
            return
        if not chunks:
            self._finish(claimed, _failed(claimed, "no_text", "No text was found in it."), None)
            return
        ready = replace(
            claimed,
            state=DocumentState.READY,
            failure=None,
            pages=extraction.pages,
            dropped=extraction.dropped,
            ocr=RecognizedPages.of(extraction.recognized),
            chunks=len(chunks),
            language=language_of("\n".join(part.text for part in chunks[:50])),
            lease_until=None,
            progress=None,
        )
        self._index(claimed, ready, chunks)

    def _index(self, claimed: Document, ready: Document, chunks: Sequence[Chunk]) -> None:
        """Embed and index the passages, if the plan has pages for them."""
        pages = ready.pages or PAGES_OF_A_TEXT
        try:
            reserved = self.metering.reserve(claimed.owner_id, claimed.id, pages)
        except PaymentRequired:
            refused = _failed(
                claimed,
                "usage_limit_reached",
                "No pages of the plan are left: change the plan or wait, then read it again.",
            )
            self._finish(claimed, refused, None)
            return
        try:
            with timed(INGESTION_SECONDS, Stage.EMBEDDING):
                embedded = self._embed(claimed, chunks)
            self._renew(claimed, Progress(Stage.INDEXING, 0, len(chunks)))
            with timed(INGESTION_SECONDS, Stage.INDEXING):
                self._finish(
                    claimed,
                    ready,
                    embedded,
                    lambda: self.metering.settle(claimed.owner_id, reserved, pages),
                )
        except Exception:
            self.metering.release(claimed.owner_id, reserved)
            raise

    def _claim(self, document_id: UUID) -> Document:
        at = self.now()
        with self.unit_of_work(SYSTEM):
            claimed = self.documents.claim(document_id, at, at + LEASE)
        if claimed is None:
            raise IngestionSettled("Another worker has it, or it is done, or deleted.")
        return claimed

    def _read(self, document: Document) -> Extraction:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file.{document.format.value}"
            if not self.storage.download(document.object_key, path):
                raise Unreadable("lost", "The stored file is gone; upload it again.")
            return _cleaned(self.extractor.extract(path, document.format))

    def _embed(self, claimed: Document, chunks: Sequence[Chunk]) -> Embedded:
        filename = claimed.filename
        texts = [(part, text) for part in chunks for text in passages_to_embed(part, filename)]
        embedded: Embedded = []
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            self._renew(claimed, Progress(Stage.EMBEDDING, start, len(texts)))
            batch = texts[start : start + EMBEDDED_AT_ONCE]
            vectors = self.embedder.embed_passages([text for _, text in batch])
            # In arrays: a long document has 100 000 vectors, and lists need 8 times the memory.
            packed = (array("f", vector) for vector in vectors)
            embedded += zip((part for part, _ in batch), packed, strict=True)
        return embedded

    def _renew(self, claimed: Document, progress: Progress) -> None:
        with self.unit_of_work(SYSTEM):
            held = self.documents.renew(claimed, self.now() + LEASE, progress)
        if not held:
            raise IngestionSettled("It was deleted meanwhile, or a later worker has it.")

    def _finish(
        self,
        claimed: Document,
        outcome: Document,
        embedded: Embedded | None,
        settle: Callable[[], None] | None = None,
    ) -> None:
        """Store the outcome if this worker still holds the claim; else raise IngestionSettled.

        ``settle`` runs in the same transaction.
        """
        at = self.now()
        superseded: Sequence[UUID] = ()
        with self.unit_of_work(SYSTEM):
            try:
                present = self.documents.lock(SYSTEM, claimed.id)
            except DocumentNotFound as error:
                raise IngestionSettled("It was deleted meanwhile.") from error
            if (present.state, present.attempts) != (DocumentState.PROCESSING, claimed.attempts):
                raise IngestionSettled("A later worker has it.")
            if embedded is not None:
                texts = {chunk.ordinal: chunk.text for chunk, _ in embedded}
                outcome = as_version(outcome, list(texts.values()), self.documents, self.index)
                self.index.replace(claimed.owner_id, claimed.id, embedded)
                superseded = self.documents.supersede_older(outcome, at)
            self.documents.save(replace(outcome, updated_at=at))
            if outcome.state is DocumentState.FAILED:
                self.publish(DocumentFailed(document_id=claimed.id, owner_id=claimed.owner_id))
            if settle is not None:
                settle()
        # Older versions are not searchable any more. They are removed after the commit: not every
        # index takes part in the transaction, so a rollback would not restore them.
        for older in superseded:
            with self.unit_of_work(SYSTEM):
                self.index.remove(claimed.owner_id, older)


def _cleaned(extraction: Extraction) -> Extraction:
    """Remove the characters that cannot be stored, which a file may contain, and normalize."""
    dropped = Counter(extraction.dropped)
    blocks = [_cleaned_block(block, dropped) for block in extraction.blocks]
    shown = [block for block in blocks if block.text.strip()]
    return replace(extraction, blocks=shown, dropped=dropped)


def _cleaned_block(block: Block, dropped: Counter[DroppedKind]) -> Block:
    place, text = _cleaned_place(block.place), clean(block.text)
    if not text.isascii():
        found = normalized(text)
        text = found.text
        if found.removed:
            dropped[DroppedKind.INVISIBLE_CHARACTERS] += found.removed
    # A sheet has 100 000 blocks, nearly all of which stay as they are.
    return block if text is block.text and place is block.place else Block(text, place)


def _cleaned_place(place: Place) -> Place:
    sheet = place.sheet and normalize(clean(place.sheet))
    headings = tuple(normalize(clean(heading)) for heading in place.headings)
    if sheet == place.sheet and headings == place.headings:
        return place
    return replace(place, sheet=sheet, headings=headings)


def _failed(document: Document, code: str, detail: str) -> Document:
    return replace(
        document,
        state=DocumentState.FAILED,
        failure=Failure(code, detail),
        lease_until=None,
        progress=None,
    )
