"""Follows the index in use: what is asked and written goes there, in that model's vectors.

Which one it is can change at any moment, by a reindex elsewhere. An answer counts only if its index
was still in use when it was complete, so none is ever read half from what is being deleted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID

from mara.platform.telemetry import logger
from mara.search.adapters.postgres_builds import PostgresIndexBuilds
from mara.search.errors import IndexReplaced, ModelUnknown, SearchUnavailable, VectorLengthWrong
from mara.search.model import Chunk, Engine, Found, IndexIdentity, Query, SearchMode, VectorSpace
from mara.search.ports import BuildableIndex, Embedder, SearchIndex

ResultT = TypeVar("ResultT")

MakeIndex = Callable[[VectorSpace], BuildableIndex]
Embedded = Sequence[tuple[Chunk, Sequence[float]]]

SWITCHES_MAX = 3
"""How many reindexings may end during one search."""


@dataclass
class Following:
    """The index this process takes to be in use: at first the one it is configured for.

    ``engines`` are those within reach, ``embedders`` the models at hand.
    """

    identity: IndexIdentity
    engines: Mapping[Engine, MakeIndex]
    embedders: Mapping[str, Embedder]
    builds: PostgresIndexBuilds = field(default_factory=PostgresIndexBuilds)
    asked_in: str = ""
    """The model of the vector that the last question was given."""

    def embed_query(self, text: str) -> list[float]:
        """In the model in use; in whichever is at hand, where that one is not."""
        known = self.identity.space.model_id in self.embedders
        embedder = self.embedder if known else next(iter(self.embedders.values()))
        self.asked_in = embedder.model_id
        return embedder.embed_query(text)

    @property
    def embedder(self) -> Embedder:
        """Raises ModelUnknown, VectorLengthWrong."""
        space = self.identity.space
        embedder = self.embedders.get(space.model_id)
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

    @property
    def index(self) -> SearchIndex:
        make = self.engines.get(self.identity.engine)
        if make is None:
            raise SearchUnavailable(f"The index in use is in {self.identity.engine}: name its URL.")
        return make(self.identity.space)

    def moved(self) -> bool:
        """Whether another index is in use by now; it is followed from here on."""
        present = self.builds.in_use() or self.identity
        was, self.identity = self.identity, present
        return present != was


@dataclass(frozen=True, slots=True)
class EmbedderInUse:
    """The embedder of the index in use."""

    following: Following

    @property
    def model_id(self) -> str:
        return self.following.identity.space.model_id

    @property
    def dimensions(self) -> int:
        return self.following.identity.space.dimensions

    @property
    def tokens_max(self) -> int:
        return self.following.embedder.tokens_max

    def count_tokens(self, text: str) -> int:
        return self.following.embedder.count_tokens(text)

    def embed_passages(self, texts: Sequence[str]) -> list[list[float]]:
        return self.following.embedder.embed_passages(texts)

    def embed_query(self, text: str) -> list[float]:
        return self.following.embed_query(text)


@dataclass(frozen=True, slots=True)
class IndexInUse:
    following: Following

    def replace(self, owner_id: UUID, document_id: UUID, chunks: Embedded) -> None:
        """Raises IndexReplaced where the vectors are of a model that is out of use by now."""
        embedded_for = self.following.identity
        held = self.following.builds.hold(embedded_for)
        if held != embedded_for:
            self.following.identity = held
            raise IndexReplaced(f"It is {held.space.model_id} from now on.")
        if any(len(vector) != held.space.dimensions for _, vector in chunks):
            raise VectorLengthWrong(f"The index holds vectors of {held.space.dimensions} numbers.")
        self.following.builds.forget_document(document_id)
        self.following.index.replace(owner_id, document_id, chunks)

    def remove(self, owner_id: UUID, document_id: UUID) -> None:
        """From every index: the one in use, and any that is being built."""
        self.following.builds.forget_document(document_id)
        for index in self._all():
            index.remove(owner_id, document_id)

    def count(self, owner_id: UUID, document_id: UUID) -> int:
        return sum(index.count(owner_id, document_id) for index in self._all())

    def read(self, owner_id: UUID, document_id: UUID, *, after: int, limit: int) -> Sequence[Chunk]:
        return self._ask(lambda index: index.read(owner_id, document_id, after=after, limit=limit))

    def find(self, query: Query) -> Found:
        return self._ask(lambda index: index.find(self._translated(query)))

    def _ask(self, ask: Callable[[SearchIndex], ResultT]) -> ResultT:
        for _ in range(SWITCHES_MAX):
            try:
                answer = ask(self.following.index)
            except SearchUnavailable:  # its index may be gone
                if not self.following.moved():
                    raise
                continue
            if not self.following.moved():
                return answer
        raise IndexReplaced("Try again in a few seconds.")

    def _translated(self, query: Query) -> Query:
        """The query in vectors of the model in use; in words alone where that is not at hand."""
        space = self.following.identity.space
        if query.embedding is None:
            return query
        if (self.following.asked_in, len(query.embedding)) == (space.model_id, space.dimensions):
            return query
        try:
            embedder = self.following.embedder
        except ModelUnknown:
            if query.mode is SearchMode.SEMANTIC:
                raise
            logger.warning("searched_by_words_alone", model_id=space.model_id)
            return replace(query, embedding=None, mode=SearchMode.LEXICAL)
        return replace(query, embedding=embedder.embed_query(query.text))

    def _all(self) -> Sequence[SearchIndex]:
        return [make(self.following.identity.space) for make in self.following.engines.values()]
