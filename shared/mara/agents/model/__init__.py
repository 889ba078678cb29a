"""Agents, what they are asked, and what they answer with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.extraction.model import Place

TOP_K_DEFAULT = 5
TOP_K_MAX = 20
TEMPERATURE_DEFAULT = 0.2


class AnswerMode(StrEnum):
    QUOTE = "quote"
    """Passages word for word, put together without a model."""
    GENERATE = "generate"


class Language(StrEnum):
    RU = "ru"
    EN = "en"


class AnswerStatus(StrEnum):
    ANSWERED = "answered"
    NOT_IN_DOCUMENTS = "not_in_documents"
    QUOTES_ONLY = "quotes_only"
    """A model was to answer and none could; the passages it would have read are here."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """What the owner decides. ``language`` ``None``: the question's own.

    No ``document_ids`` means all of the owner's documents. ``temperature`` is 0..2.
    """

    name: str
    instructions: str = ""
    mode: AnswerMode = AnswerMode.QUOTE
    model: str | None = None
    temperature: float = TEMPERATURE_DEFAULT
    top_k: int = TOP_K_DEFAULT
    language: Language | None = None
    document_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """``version`` counts the changes of its settings, from 1.

    ``published_version`` is the one that answers: the newest, unless a ``gate`` (a least score,
    0..1) holds it back or somebody rolled back.
    """

    id: UUID
    owner_id: UUID
    settings: AgentSettings
    version: int
    created_at: datetime
    updated_at: datetime
    published_version: int = 1
    gate: float | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """``quote`` stands in the chunk word for word."""

    document_id: UUID
    filename: str
    chunk_id: UUID
    quote: str
    place: Place


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the search said of a chunk that the answer could draw on; kept to explain the answer."""

    chunk_id: UUID
    document_id: UUID
    score: float
    lexical: float | None
    semantic: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model; ``price_micro_usdt`` is what the answer costs its owner."""

    input_tokens: int = 0
    output_tokens: int = 0
    price_micro_usdt: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The substance of an answer, before it is anybody's. ``confidence`` is 0..1."""

    status: AnswerStatus
    text: str
    confidence: float
    citations: Sequence[Citation] = ()
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Feedback:
    helped: bool
    comment: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer was drawn from besides its passages; kept to explain it, and to ask again.

    ``searched`` is the text looked for, ``embedder`` and ``prompt_version`` what was in use then.
    """

    searched: str
    document_ids: tuple[UUID, ...]
    mode: AnswerMode
    model: str | None
    embedder: str
    prompt_version: int


@dataclass(frozen=True, slots=True)
class Answer:
    id: UUID
    owner_id: UUID
    agent_id: UUID
    agent_version: int
    conversation_id: UUID
    question: str
    reply: Reply
    retrieval: Sequence[Retrieved]
    created_at: datetime
    feedback: Feedback | None = None
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, and the text of its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    id: UUID
    owner_id: UUID
    agent_id: UUID
    created_at: datetime
    updated_at: datetime
