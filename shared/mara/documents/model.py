"""Documents, what was read from them, and where in them a passage stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

SIZE_MAX = 100 * 1024 * 1024
"""Bytes of one uploaded file."""


class DocumentState(StrEnum):
    UPLOADING = "uploading"
    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TXT = "txt"
    MD = "md"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a document cannot be read: a stable code and a sentence for its owner."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands; ``page`` and ``row`` count from 1, ``headings`` run inwards."""

    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, code block or table row, verbatim as it stands in the file."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from one file, in reading order."""

    blocks: Sequence[Block]
    pages: int | None
    """Pages of a PDF, sheets of a workbook; ``None`` where the format has none."""


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


@dataclass(frozen=True, slots=True)
class Contract:
    """What is read from a format, and what is dropped: shown to the owner of each document."""

    read: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    id: UUID
    owner_id: UUID
    filename: str
    format: Format
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    """Hex, lower case."""
    version: int
    state: DocumentState
    created_at: datetime
    updated_at: datetime
    failure: Failure | None = None
    pages: int | None = None
    chunks: int | None = None
    language: str | None = None
    attempts: int = 0
    """How often a worker has taken it; the number also tells whose claim is the present one."""
    lease_until: datetime | None = None
    """While ``processing``: when the worker that holds it is given up for dead."""
    deleted_at: datetime | None = None
    superseded_at: datetime | None = None
    """When a newer version of the same file became ready: this one answers no more."""

    @property
    def object_key(self) -> str:
        """Where the verified bytes lie."""
        return f"objects/{self.owner_id}/{self.id}"

    @property
    def incoming_key(self) -> str:
        """Where a client puts bytes that nobody has verified yet."""
        return f"incoming/{self.owner_id}/{self.id}"
