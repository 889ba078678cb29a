"""Requests and responses of the routes of agents, answers and conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.agents.model import (
    TEMPERATURE_DEFAULT,
    TOP_K_DEFAULT,
    TOP_K_MAX,
    Agent,
    AgentSettings,
    Answer,
    AnswerMode,
    AnswerStatus,
    Citation,
    Conversation,
    Feedback,
    Language,
    Usage,
)
from mara.search.schemas import PlaceOut

MICRO = 1_000_000

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]


class AgentIn(BaseModel):
    """The settings of an agent, which answers with at most ``top_k`` passages.

    No ``document_ids`` means all documents of the owner; no ``language`` means the language of
    each question; no ``model`` means the default model.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "On-call assistant", "mode": "quote", "language": "en"}]
        },
    )

    name: Line
    instructions: Annotated[Text, Field(max_length=8000)] = ""
    mode: AnswerMode = AnswerMode.QUOTE
    model: Line | None = None
    temperature: float = Field(default=TEMPERATURE_DEFAULT, ge=0, le=2, allow_inf_nan=False)
    top_k: int = Field(default=TOP_K_DEFAULT, ge=1, le=TOP_K_MAX)
    language: Language | None = None
    document_ids: list[UUID] = Field(default=[], max_length=1000)

    def to_settings(self) -> AgentSettings:
        """Return the settings, with each document once in the order given."""
        distinct = tuple(dict.fromkeys(self.document_ids))
        return AgentSettings(**{**self.model_dump(), "document_ids": distinct})


class AgentOut(BaseModel):
    """An agent; ``version`` is its newest version, ``published_version`` the one that answers."""

    id: UUID
    name: str
    instructions: str
    mode: AnswerMode
    model: str | None
    temperature: float
    top_k: int
    language: Language | None
    document_ids: Sequence[UUID]
    version: int
    published_version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """Build the response from the model object."""
        settings = agent.settings
        return cls(
            id=agent.id,
            name=settings.name,
            instructions=settings.instructions,
            mode=settings.mode,
            model=settings.model,
            temperature=settings.temperature,
            top_k=settings.top_k,
            language=settings.language,
            document_ids=settings.document_ids,
            version=agent.version,
            published_version=agent.published_version,
            created_at=agent.created_at,
            updated_at=agent.updated_at,
        )


class QuestionIn(BaseModel):
    """A question; without ``conversation_id`` it starts a new conversation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "Диск на узле заполнен. Что делать?"}]},
    )

    question: Annotated[Text, Field(min_length=1, max_length=4000)]
    conversation_id: UUID | None = None


class CitationOut(BaseModel):
    """A source of the answer; ``quote`` occurs verbatim in the document."""

    document_id: UUID
    filename: str
    chunk_id: UUID
    quote: str
    place: PlaceOut

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Build the response from the model object."""
        return cls(
            document_id=citation.document_id,
            filename=citation.filename,
            chunk_id=citation.chunk_id,
            quote=citation.quote,
            place=PlaceOut.of(citation.place),
        )


class UsageOut(BaseModel):
    """Tokens of the language model; ``price`` is in USDT with six decimals."""

    input_tokens: int
    output_tokens: int
    price: str = Field(examples=["0.000000"])

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """Build the response from the model object."""
        whole, micro = divmod(usage.price_micro_usdt, MICRO)
        price = f"{whole}.{micro:06}"
        return cls(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, price=price)


class AnswerOut(BaseModel):
    """An answer; ``confidence`` is the probability that the documents answer the question."""

    answer_id: UUID
    conversation_id: UUID
    status: AnswerStatus
    text: str
    confidence: float = Field(ge=0, le=1)
    citations: Sequence[CitationOut]
    usage: UsageOut
    created_at: datetime

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Build the response from the model object."""
        return cls(**_answer_fields(answer))


class FeedbackIn(BaseModel):
    """Whether an answer helped, with an optional comment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"helped": True}]})

    helped: bool
    comment: Annotated[Text, Field(max_length=2000)] | None = None


class FeedbackOut(BaseModel):
    """The stored feedback on an answer."""

    answer_id: UUID
    helped: bool
    comment: str | None
    given_at: datetime

    @classmethod
    def of(cls, answer_id: UUID, given: Feedback) -> Self:
        """Build the response from the model object."""
        return cls(
            answer_id=answer_id, helped=given.helped, comment=given.comment, given_at=given.given_at
        )


class TurnOut(AnswerOut):
    """A question of a conversation with its answer."""

    question: str
    feedback: FeedbackOut | None

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Build the response from the model object."""
        given = answer.feedback
        feedback = None if given is None else FeedbackOut.of(answer.id, given)
        return cls(**_answer_fields(answer), question=answer.question, feedback=feedback)


class ConversationOut(BaseModel):
    """A conversation; ``updated_at`` is the time of its last question."""

    id: UUID
    agent_id: UUID
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        """Build the response from the model object."""
        return cls(**_conversation_fields(conversation))


class ConversationWithAnswersOut(ConversationOut):
    """A conversation with its last answers, at most 200, from old to new."""

    answers: Sequence[TurnOut]

    @classmethod
    def with_answers(cls, conversation: Conversation, answers: Sequence[Answer]) -> Self:
        """Build the response from the model objects."""
        turns = [TurnOut.of(answer) for answer in answers]
        return cls(**_conversation_fields(conversation), answers=turns)


def _answer_fields(answer: Answer) -> dict[str, Any]:
    reply = answer.reply
    return {
        "answer_id": answer.id,
        "conversation_id": answer.conversation_id,
        "status": reply.status,
        "text": reply.text,
        "confidence": round(reply.confidence, 4),
        "citations": [CitationOut.of(citation) for citation in reply.citations],
        "usage": UsageOut.of(reply.usage),
        "created_at": answer.created_at,
    }


def _conversation_fields(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "agent_id": conversation.agent_id,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
    }
