"""Routes queries and writes to the active index, with the embedding model of that index.

A reindex in another process may change the active index at any moment. An answer is returned only
if its index was still active when it was complete, so that none is read from a half-deleted index.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from mara.platform.telemetry import logger
from mara.search.adapters.postgres_builds import PostgresIndexBuilds
from mara.search.errors import IndexReplaced, ModelUnknown, SearchUnavailable, VectorLengthWrong
from mara.search.model import (
    Chunk,
    Engine,
    IndexIdentity,
    IndexMatches,
    Query,
    SearchMode,
    VectorSpace,
)
from mara.search.ports import BuildableIndex, Embedder, SearchIndex

ResultT = TypeVar("ResultT")

IndexFactory = Callable[[VectorSpace], BuildableIndex]
Embedded = Sequence[tuple[Chunk, Sequence[float]]]

CUT_OVERS_MAX = 3
"""How many reindexings may end during one query before it fails."""


class ActiveIndexRouter:
    """Implements SearchIndex by the active index, and caches which one that is.

    ``engines`` make an index of each reachable engine; ``embedders`` are the available models by
    id. Until the database says otherwise, the active index is ``configured``.
    """

    def __init__(
        self,
        configured: IndexIdentity,
        engines: Mapping[Engine, IndexFactory],
        embedders: Mapping[str, Embedder],
    ) -> None:
        self.identity = configured
        self._engines = engines
        self._embedders = embedders
        self._builds = PostgresIndexBuilds()
        self._query_model_id = ""

    @property
    def embedder(self) -> Embedder:
        """The model of the active index. Raises ModelUnknown, VectorLengthWrong."""
        space = self.identity.space
        embedder = self._embedders.get(space.model_id)
        if embedder is None:
            raise ModelUnknown(
                f"It is of {space.model_id}, which is not configured here: run `mara reindex`."
            )
        if embedder.dimensions != space.dimensions:
            raise VectorLengthWrong(
                f"The index holds vectors of {space.dimensions} numbers under the name"
                f" {space.model_id}, which makes {embedder.dimensions}."
            )
        return embedder

    def embed_query(self, text: str) -> list[float]:
        """Embed with the active model, or with any available one where that is unavailable."""
        is_available = self.identity.space.model_id in self._embedders
        embedder = self.embedder if is_available else next(iter(self._embedders.values()))
        self._query_model_id = embedder.model_id
        return embedder.embed_query(text)

    def replace(self, owner_id: UUID, document_id: UUID, chunks: Embedded) -> None:
        """Write to the active index. Raises IndexReplaced where the vectors' model is inactive."""
        embedded_for = self.identity
        active = self._builds.lock_active(embedded_for)
        if active != embedded_for:
            self.identity = active
            raise IndexReplaced(f"It is {active.space.model_id} from now on.")
        if any(len(vector) != active.space.dimensions for _, vector in chunks):
            raise VectorLengthWrong(
                f"The index holds vectors of {active.space.dimensions} numbers."
            )
        self._builds.unmark_built(document_id)
        self._index.replace(owner_id, document_id, chunks)

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        """Remove from every index: the active one, and any that is being built."""
        self._builds.unmark_built(document_id)
        for index in self._all():
            index.remove(owner_id, document_id)

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        """Count rows in every index."""
        return sum(index.count(owner_id, document_id) for index in self._all())

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> Sequence[Chunk]:
        """Read from the active index. Raises IndexReplaced, SearchUnavailable."""
        return self._query(
            lambda index: index.read(owner_id, document_id, after=after, limit=limit)
        )

    def find(self, query: Query) -> IndexMatches:
        """Search the active index. Raises IndexReplaced, SearchUnavailable."""
        return self._query(lambda index: index.find(self._with_active_model(query)))

    @property
    def _index(self) -> SearchIndex:
        make = self._engines.get(self.identity.engine)
        if make is None:
            raise SearchUnavailable(f"The index in use is in {self.identity.engine}: name its URL.")
        return make(self.identity.space)

    def _all(self) -> Sequence[SearchIndex]:
        return [make(self.identity.space) for make in self._engines.values()]

    def _query(self, run: Callable[[SearchIndex], ResultT]) -> ResultT:
        for _ in range(CUT_OVERS_MAX):
            try:
                answer = run(self._index)
            except SearchUnavailable:  # its index may have been deleted
                if not self._refresh():
                    raise
                continue
            if not self._refresh():
                return answer
        raise IndexReplaced("Try again in a few seconds.")

    def _refresh(self) -> bool:
        """Read which index is active; whether it has changed."""
        active = self._builds.active() or self.identity
        previous, self.identity = self.identity, active
        return active != previous

    def _with_active_model(self, query: Query) -> Query:
        """The query embedded by the active model; by words alone where that is unavailable."""
        space = self.identity.space
        if query.embedding is None:
            return query
        if (self._query_model_id, len(query.embedding)) == (space.model_id, space.dimensions):
            return query
        try:
            embedder = self.embedder
        except ModelUnknown:
            if query.mode is SearchMode.SEMANTIC:
                raise
            logger.warning("searched_by_words_alone", model_id=space.model_id)
            return replace(query, embedding=None, mode=SearchMode.LEXICAL)
        return replace(query, embedding=embedder.embed_query(query.text))


class ActiveEmbedder:
    """Implements Embedder by the model of the router's active index."""

    def __init__(self, router: ActiveIndexRouter) -> None:
        self._router = router

    @property
    def model_id(self) -> str:
        """The id of the active model, whether it is available or not."""
        return self._router.identity.space.model_id

    @property
    def dimensions(self) -> int:
        """The length of the active index's vectors."""
        return self._router.identity.space.dimensions

    @property
    def tokens_max(self) -> int:
        """The active model's limit. Raises ModelUnknown, VectorLengthWrong."""
        return self._router.embedder.tokens_max

    def count_tokens(self, text: str) -> int:
        """Count with the active model. Raises ModelUnknown, VectorLengthWrong."""
        return self._router.embedder.count_tokens(text)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed with the active model, ``(n, dimensions)``. Raises ModelUnknown."""
        return self._router.embedder.embed_passages(texts)

    def embed_query(self, text: str) -> list[float]:
        """Embed with the active model, or with any available one: find() corrects it."""
        return self._router.embed_query(text)

    def nearest_cosines(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """Compare by the active model. Raises ModelUnknown."""
        return self._router.embedder.nearest_cosines(words, others)
