"""Agents, their settings, conversations and answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.extraction.model import Place
from mara.kernel.ids import made_at

TOP_K_DEFAULT = 5
TOP_K_MAX = 20
TEMPERATURE_DEFAULT = 0.2


class AnswerMode(StrEnum):
    """How an agent composes an answer."""

    QUOTE = "quote"
    """Passages are quoted verbatim, without a language model."""
    GENERATE = "generate"
    """A language model writes the text; its quotes are verified."""


class Language(StrEnum):
    """The language of an answer, by its ISO 639-1 code."""

    RU = "ru"
    EN = "en"


class AnswerStatus(StrEnum):
    """The result of a question."""

    ANSWERED = "answered"
    NOT_IN_DOCUMENTS = "not_in_documents"
    QUOTES_ONLY = "quotes_only"
    """A model was to answer and none could; the passages it would have read are here."""


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The settings of an agent, which its owner chooses.

    ``language`` is that of the answers; ``None`` means the language of each question. No
    ``document_ids`` means all documents of the owner. ``model`` ``None`` means the default model.
    ``temperature`` is 0..2. ``top_k`` is the maximum number of passages of an answer.
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
    """An agent; each change of its settings increments ``version``, which begins at 1.

    ``published_version`` is the version that answers: the newest one, except after a rollback or
    while the ``gate`` (the minimum score for publication, 0..1) holds it back.
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
    """A verified citation: ``quote`` occurs verbatim in the chunk.

    ``has_more`` tells that its section has more passages than the answer shows; of the passages
    that are shown of a section, the last one tells it. ``has_namesake`` tells that the owner had
    another document of this name when the question was answered.
    """

    document_id: UUID
    filename: str
    chunk_id: UUID
    quote: str
    place: Place
    has_more: bool = False
    has_namesake: bool = False

    @property
    def uploaded_at(self) -> datetime | None:
        """When the document was uploaded, which tells documents of one name apart."""
        return made_at(self.document_id)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The scores of a chunk that was retrieved for an answer, stored to explain the answer."""

    chunk_id: UUID
    document_id: UUID
    score: float
    lexical: float | None
    semantic: float | None
    coverage: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model, and the price of the answer for its owner in micro-USDT."""

    input_tokens: int = 0
    output_tokens: int = 0
    price_micro_usdt: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """The content of an answer, before it is stored. ``confidence`` is 0..1.

    ``related`` are near misses: passages that the answer does not rest on. A refusal has the
    nearest passage there.
    """

    status: AnswerStatus
    text: str
    confidence: float
    citations: Sequence[Citation] = ()
    usage: Usage = field(default_factory=Usage)
    related: Sequence[Citation] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """The owner's judgement of an answer: whether it helped, with an optional comment."""

    helped: bool
    comment: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerBasis:
    """The inputs of an answer besides its passages, stored to explain and to reproduce it.

    ``searched`` is the search text. ``model`` is ``None`` for the default model. ``embedder`` and
    ``prompt_version`` are the ones that were in use at that time.
    """

    searched: str
    document_ids: tuple[UUID, ...]
    mode: AnswerMode
    model: str | None
    embedder: str
    prompt_version: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored answer with its question; ``basis`` is ``None`` for answers from before it existed.

    ``retrieval`` has the passages that were available to the answer, whether cited or not.
    """

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
    basis: AnswerBasis | None = None

    @property
    def other_alerts(self) -> Sequence[str]:
        """Names of the alerts in the question that fire and that the answer is not about."""
        # Imported here: most functions that have this class never answer.
        from mara.search.model.alert_text import AlertText

        return AlertText.read(self.question).others


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation, and the text of its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A sequence of questions to one agent; ``updated_at`` is the time of the last question.

    ``title`` is the beginning of the first question, unless the owner chose another one.
    """

    id: UUID
    owner_id: UUID
    agent_id: UUID
    created_at: datetime
    updated_at: datetime
    title: str = ""
