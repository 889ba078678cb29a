"""Passages, queries, what an index returns for them, and the identity of an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

from mara.extraction.model import Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage as it is searched and cited. ``text`` is verbatim; ``ordinal`` counts from 0."""

    id: UUID
    document_id: UUID
    ordinal: int
    text: str
    place: Place

    @staticmethod
    def id_for(document_id: UUID, ordinal: int) -> UUID:
        """The same passage of the same document has the same id, so a retry repeats nothing."""
        return uuid5(document_id, str(ordinal))


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. ``score`` orders the hits; higher is better.

    ``lexical`` (a BM25 sum, unbounded) and ``semantic`` (a cosine, see Candidate) are what each
    leg said: ``None`` where that leg did not find the chunk. ``coverage`` (0..1) is how much of
    the query's words, weighed by rarity, the chunk holds.
    """

    chunk: Chunk
    filename: str
    score: float
    lexical: float | None = None
    semantic: float | None = None
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """A model that is configured: its name where it is served, and what it was trained with."""

    name: str
    dimensions: int
    tokens_max: int
    query_prefix: str = ""
    passage_prefix: str = ""

    @property
    def identity(self) -> str:
        """Vectors made with other prefixes are of another space."""
        prefixes = f"{self.query_prefix}|{self.passage_prefix}" if self.has_prefixes else ""
        return "/".join(part for part in (self.name, prefixes) if part)

    @property
    def has_prefixes(self) -> bool:
        return bool(self.query_prefix or self.passage_prefix)


POOLING_SHARPNESS = 40.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with what each leg says of it; a leg that says nothing of it says ``None``.

    ``semantic`` pools the cosines c of its n vectors with the query's: ln(Σ exp(s c) / √n) / s,
    where s is POOLING_SHARPNESS; the best of them counts most, and the others a little.
    """

    chunk: Chunk
    filename: str
    lexical: float | None
    semantic: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean and the standard deviation of a leg's scores over all chunks searched."""

    mean: float = 0.0
    deviation: float = 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """What an index says of a query: the best candidates of each leg, in no order.

    ``chunks`` were searched; ``containing`` tells how many of them hold each term asked for.
    """

    candidates: Sequence[Candidate] = ()
    chunks: int = 0
    containing: Mapping[str, int] = field(default_factory=dict)
    lexical: Spread = Spread()
    semantic: Spread = Spread()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage as the answer to a question; each a share, 0..1."""

    pairs: float
    """Neighbouring words that are neighbours in the passage."""
    names: float
    """Names and numbers that are in the passage."""
    likeness: float
    """How much some sentence says what the question says, and nothing else."""
    sentence: float
    """Words found in one sentence, by themselves or by their meaning."""
    passage: float
    """As ``sentence``, in the whole passage."""
    meaning: float
    """As ``passage``, by meaning alone: what can be said across languages."""
    cosine: float
    """-1..1, of the meaning of question and passage."""


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """Vectors may be compared within one: of the same model, of the same length."""

    model_id: str
    dimensions: int


class Engine(StrEnum):
    """What holds a search index."""

    POSTGRES = "postgres"
    OPENSEARCH = "opensearch"


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """Indexes of different identities hold nothing in common, and never answer together."""

    engine: Engine
    space: VectorSpace

    def __str__(self) -> str:
        return f"{self.engine}:{self.space.model_id}:{self.space.dimensions}"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What a reindex needs to know of a document; ``chunks`` is how many passages it has."""

    id: UUID
    owner_id: UUID
    filename: str
    chunks: int


class SearchMode(StrEnum):
    HYBRID = "hybrid"
    LEXICAL = "lexical"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for, among one owner's documents; ``document_ids`` empty means all of them."""

    owner_id: UUID
    text: str
    embedding: Sequence[float] | None
    document_ids: frozenset[UUID] = frozenset()
    mode: SearchMode = SearchMode.HYBRID
