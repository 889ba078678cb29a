"""Chunks, queries, candidates, hits, evidence, and the identity of an index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID, uuid5

from mara.extraction.model import Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document, the unit of search and citation.

    ``text`` is verbatim; ``ordinal`` counts from 0 in reading order.
    """

    id: UUID
    document_id: UUID
    ordinal: int
    text: str
    place: Place

    @property
    def is_bare_heading(self) -> bool:
        """Whether the passage consists of its heading alone."""
        return self.place.headings[-1:] == (self.text.strip(),)

    @staticmethod
    def id_for(document_id: UUID, ordinal: int) -> UUID:
        """A deterministic id (UUIDv5), so that a retry overwrites instead of duplicating."""
        return uuid5(document_id, str(ordinal))


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that was found. ``score`` orders the hits; higher is better.

    ``lexical`` (a BM25 sum, unbounded) and ``semantic`` (see Candidate) are the scores of the two
    retrievers: ``None`` where a retriever did not find the chunk. ``coverage`` (0..1) is the share
    of the query's words, weighted by idf, that the chunk contains. ``by_shared_titles`` is the part
    of ``score`` for titles that other sections have too.
    """

    chunk: Chunk
    filename: str
    score: float
    lexical: float | None = None
    semantic: float | None = None
    coverage: float = 0.0
    by_shared_titles: float = 0.0


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """The configuration of an embedding model.

    ``name`` is what its server or registry calls it; the prefixes are those it was trained with.
    """

    name: str
    dimensions: int
    tokens_max: int
    query_prefix: str = ""
    passage_prefix: str = ""

    @property
    def identity(self) -> str:
        """Name and prefixes: vectors made with other prefixes belong to another space."""
        prefixes = f"{self.query_prefix}|{self.passage_prefix}" if self.has_prefixes else ""
        return "/".join(part for part in (self.name, prefixes) if part)

    @property
    def has_prefixes(self) -> bool:
        """Whether the model was trained with a prefix for queries or passages."""
        return bool(self.query_prefix or self.passage_prefix)


POOLING_SHARPNESS = 40.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk with the scores of both retrievers; ``None`` where one did not find it.

    ``semantic`` pools the cosines c of the chunk's n vectors with the query's one by log-sum-exp:
    ln(Σ exp(s · c) / √n) / s, with s = POOLING_SHARPNESS. The best vector dominates.
    """

    chunk: Chunk
    filename: str
    lexical: float | None
    semantic: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """A candidate with its score in a ranking, in standard deviations where it was fused.

    ``semantic_z`` is the z-score of the semantic retriever; ``by_shared_titles`` is the part of
    ``score`` for titles that other sections have too.
    """

    candidate: Candidate
    score: float
    semantic_z: float = 0.0
    by_shared_titles: float = 0.0


@dataclass(frozen=True, slots=True)
class ScoreDistribution:
    """Mean and standard deviation of a retriever's scores over all chunks searched."""

    mean: float = 0.0
    deviation: float = 0.0


@dataclass(frozen=True, slots=True)
class IndexMatches:
    """The answer of an index to a query: the best candidates of each retriever, unordered.

    ``chunk_count`` chunks were searched; ``document_frequencies`` tells how many of them contain
    each term of the query. ``lexical`` and ``semantic`` describe all scores of a retriever, those
    of chunks that are no candidates included.
    """

    candidates: Sequence[Candidate] = ()
    chunk_count: int = 0
    document_frequencies: Mapping[str, int] = field(default_factory=dict)
    lexical: ScoreDistribution = ScoreDistribution()
    semantic: ScoreDistribution = ScoreDistribution()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What indicates whether the first hit answers a question: names and codes, which decide
    alone, or else features of its content.
    """

    named: bool = False
    """The question says the title of its section in full."""
    of_another: bool = False
    """The question is about an identifier, and its section is titled with another one."""
    absent: Sequence[str] = ()
    """Numbers and codes that are asked for and are in no passage."""
    exact: bool = False
    """It is one of a few that have the numbers and codes asked for."""
    about_identifier: bool = False
    """The question is about an identifier; no title has it, unless ``named``."""
    ranking: float = 0.0
    """The score of the first hit, relative to the highest score expected by chance."""
    coverage: float = 0.0
    """0..1, the weighted share of the question's words, without values, that the passage has or
    comes near to."""
    title: float = 0.0
    """0..1, the greatest weighted share of a title that the question says."""

    @property
    def is_refuted(self) -> bool:
        """Whether names and codes tell that the first hit does not answer."""
        return self.of_another or bool(self.absent)

    @property
    def is_decided(self) -> bool:
        """Whether names and codes decide, whatever the content of the passage is."""
        return self.named or self.exact or self.is_refuted


@dataclass(frozen=True, slots=True)
class VectorSpace:
    """Vectors are comparable within one space: of the same model, of the same length."""

    model_id: str
    dimensions: int


class Engine(StrEnum):
    """The database that stores a search index."""

    POSTGRES = "postgres"
    OPENSEARCH = "opensearch"


@dataclass(frozen=True, slots=True)
class IndexIdentity:
    """Engine and vector space; one query is never answered from indexes of two identities."""

    engine: Engine
    space: VectorSpace

    def __str__(self) -> str:
        return f"{self.engine}:{self.space.model_id}:{self.space.dimensions}"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What reindexing needs to know about a document; ``chunks`` is its number of chunks."""

    id: UUID
    owner_id: UUID
    filename: str
    chunks: int


class SearchMode(StrEnum):
    """Which retrievers answer a query."""

    HYBRID = "hybrid"
    LEXICAL = "lexical"
    SEMANTIC = "semantic"


@dataclass(frozen=True, slots=True)
class Query:
    """A query over one owner's documents; empty ``document_ids`` means all of them.

    ``embedding`` is a ``(dimensions,)`` vector, ``None`` in lexical mode.
    """

    owner_id: UUID
    text: str
    embedding: Sequence[float] | None
    document_ids: frozenset[UUID] = frozenset()
    mode: SearchMode = SearchMode.HYBRID
