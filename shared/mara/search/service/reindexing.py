"""Builds an index of another model or engine beside the active one, and cuts over to it.

A kill at any step is safe: a document is indexed and recorded as built in one transaction, and the
next run resumes with what is missing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.search.errors import PassageTooLong, SearchUnavailable
from mara.search.model import Chunk, IndexedDocument, IndexIdentity
from mara.search.model.windows import passages_to_embed
from mara.search.ports import BuildableIndex, Embedder, IndexBuilds, SearchIndex

BATCH = 100
"""Pending documents read in one query."""

CHUNKS_AT_ONCE = 500
EMBEDDED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Reindexed:
    """The result of a reindexing."""

    documents: int
    """Documents that this run embedded."""
    before: IndexIdentity | None
    now: IndexIdentity


@dataclass(frozen=True, slots=True)
class ReindexingService:
    """Reindexing to ``target``; remains of other indexes are deleted from all ``engines``."""

    active: SearchIndex
    target: BuildableIndex
    identity: IndexIdentity
    engines: Sequence[BuildableIndex]
    embedder: Embedder
    builds: IndexBuilds
    unit_of_work: UnitOfWork

    def reindex(self, report: Callable[[int], None] = lambda _: None) -> Reindexed:
        """Build what is missing, cut over, and delete the old index. Idempotent.

        ``report`` is called after each document with the number built so far. Raises
        PassageTooLong, ReindexingAlready, SearchUnavailable.
        """
        with self._step():
            before = self.builds.active()
        documents = 0 if before == self.identity else self._build_and_cut_over(report)
        self._drop_others()
        return Reindexed(documents, before, self.identity)

    @contextmanager
    def _step(self) -> Iterator[None]:
        """A transaction under the lock of reindexing."""
        with self.unit_of_work(SYSTEM):
            self.builds.acquire()
            yield

    def _build_and_cut_over(self, report: Callable[[int], None]) -> int:
        built = 0
        while True:
            for document in self._pending():
                built += self._build(document)
                report(built)
            with self._step():
                if self.builds.cut_over(self.identity):
                    return built

    def _pending(self) -> Iterator[IndexedDocument]:
        """Pending documents until none is left, including those added meanwhile."""
        while True:
            with self._step():
                found = self.builds.pending(self.identity, BATCH)
            yield from found
            if not found:
                return

    def _build(self, document: IndexedDocument) -> bool:
        """Whether it was built: it may have been deleted or superseded meanwhile."""
        chunks = self._chunks(document)
        embedded = list(self._embedded(chunks, document.filename))
        with self._step():
            if not self.builds.lock_document(document.id):
                return False
            if len(chunks) != document.chunks:
                raise SearchUnavailable(
                    f"The index in use holds {len(chunks)} passages of the document {document.id},"
                    f" which has {document.chunks}."
                )
            self.target.build(document.owner_id, document.id, embedded)
            self.builds.mark_built(self.identity, document)
        return True

    def _chunks(self, document: IndexedDocument) -> list[Chunk]:
        chunks: list[Chunk] = []
        while True:
            after = chunks[-1].ordinal if chunks else -1
            with self._step():
                page = self.active.read(
                    document.owner_id, document.id, after=after, limit=CHUNKS_AT_ONCE
                )
            chunks += page
            if len(page) < CHUNKS_AT_ONCE:
                return chunks

    def _embedded(
        self, chunks: Sequence[Chunk], filename: str
    ) -> Iterator[tuple[Chunk, Sequence[float]]]:
        for chunk in chunks:
            tokens = self.embedder.count_tokens(chunk.text)
            if tokens > self.embedder.tokens_max:
                raise PassageTooLong(
                    f"A passage of the document {chunk.document_id} has {tokens} tokens, and"
                    f" {self.embedder.model_id} reads {self.embedder.tokens_max}: upload it anew."
                )
        texts = [(chunk, text) for chunk in chunks for text in passages_to_embed(chunk, filename)]
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            batch = texts[start : start + EMBEDDED_AT_ONCE]
            vectors = self.embedder.embed_passages([text for _, text in batch])
            yield from zip((chunk for chunk, _ in batch), vectors, strict=True)

    def _drop_others(self) -> None:
        for engine in self.engines:
            more = True
            while more:
                with self._step():
                    more = engine.delete_other_indexes(self.identity)
        with self._step():
            self.builds.clear()
            self.builds.release()
