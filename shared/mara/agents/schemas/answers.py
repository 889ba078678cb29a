"""Requests and responses of the routes of answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import Answer, AnswerStatus, Citation, Feedback, Reply, Usage
from mara.agents.schemas.agents import Text
from mara.kernel.json_types import JsonBool
from mara.search.schemas import (
    ALERT_CHARACTERS_MAX,
    NORMALIZED,
    OTHER_ALERTS,
    OtherAlerts,
    PlaceOut,
    in_words_at_most,
)

MICRO = 1_000_000
WORDS_MAX = 4000


class QuestionIn(BaseModel):
    """A question; without ``conversation_id`` it starts a new conversation."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"question": "Диск на узле заполнен. Что делать?"}]},
    )

    question: Annotated[Text, Field(min_length=1), NORMALIZED, in_words_at_most(WORDS_MAX)] = Field(
        description="The question, in Russian or English, in at most 4000 characters. The JSON or "
        "the labels of an alert, such as the body of a webhook of Alertmanager or Grafana, may "
        "have 100000: of a long one, name, annotations and the names of other alerts are kept.",
        examples=["Диск на узле заполнен. Что делать?"],
        json_schema_extra={"maxLength": ALERT_CHARACTERS_MAX},
    )
    conversation_id: UUID | None = Field(
        default=None,
        description="Conversation to continue; null starts a new one.",
        examples=[None],
    )


class CitationOut(BaseModel):
    """A source of the answer; ``quote`` occurs verbatim in the document."""

    document_id: UUID = Field(description="Id of the document that is quoted.")
    filename: str = Field(description="Name of the file that is quoted.", examples=["runbooks.pdf"])
    uploaded_at: datetime | None = Field(
        description="When the document was uploaded, which tells documents of one name apart; null"
        " if it is not known.",
    )
    has_namesake: bool = Field(
        description="Whether another searchable document had the same file name when the question "
        "was answered; letter case, repeated spaces and the Unicode form do not count. The text of "
        "the answer then shows `uploaded_at` of this one.",
        examples=[False],
    )
    chunk_id: UUID = Field(description="Id of the passage that is quoted.")
    quote: str = Field(
        description="The quoted text, which occurs verbatim in the document.",
        examples=["Удалите архивы журналов старше 14 дней."],
    )
    place: PlaceOut = Field(description="Where the passage is in the document.")
    has_more: bool = Field(
        description="Whether the section has more passages in the document than the answer quotes;"
        " true for the last one that it quotes of the section.",
        examples=[False],
    )

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Build the response from the model object."""
        return cls(
            document_id=citation.document_id,
            filename=citation.filename,
            uploaded_at=citation.uploaded_at,
            has_namesake=citation.has_namesake,
            chunk_id=citation.chunk_id,
            quote=citation.quote,
            place=PlaceOut.of(citation.place),
            has_more=citation.has_more,
        )


class UsageOut(BaseModel):
    """Tokens of the language model; ``price`` is in USDT with six decimals."""

    input_tokens: int = Field(description="Tokens that the language model read.", examples=[0])
    output_tokens: int = Field(description="Tokens that the language model wrote.", examples=[0])
    price: str = Field(
        description="Price of the answer in USDT, with six decimal places.", examples=["0.000000"]
    )

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """Build the response from the model object."""
        whole, micro = divmod(usage.price_micro_usdt, MICRO)
        price = f"{whole}.{micro:06}"
        return cls(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, price=price)


class AnswerOut(BaseModel):
    """An answer; ``confidence`` is the probability that the documents answer the question."""

    answer_id: UUID = Field(description="Id of the answer.")
    conversation_id: UUID = Field(description="Id of the conversation that the answer belongs to.")
    status: AnswerStatus = Field(
        description="`answered` if the answer rests on passages, `not_in_documents` if they "
        "do not contain it, `quotes_only` if no language model was available to "
        "write it."
    )
    text: str = Field(
        description="The answer as plain text.",
        examples=["Удалите архивы журналов старше 14 дней."],
    )
    confidence: float = Field(
        ge=0,
        le=1,
        description="Probability, from 0 to 1, that the documents answer the question.",
        examples=[0.92],
    )
    citations: Sequence[CitationOut] = Field(
        description="The passages that the answer rests on, the best first."
    )
    related: Sequence[CitationOut] = Field(
        description="Passages near the question that the answer does not rest on. If the status is "
        "`not_in_documents`, the nearest passage, which does not answer the question."
    )
    other_alerts: OtherAlerts = Field(
        description=f"{OTHER_ALERTS} The text of the answer names them, too.",
        examples=[["KubePodNotReady"]],
    )
    usage: UsageOut = Field(description="Tokens of the language model, and their price.")
    created_at: datetime = Field(description="When the question was answered.")

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Build the response from the model object."""
        return cls(**_answer_fields(answer))


class FeedbackIn(BaseModel):
    """Whether an answer helped, with an optional comment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"helped": True}]})

    helped: JsonBool = Field(description="Whether the answer helped.")
    comment: Annotated[Text, Field(max_length=2000)] | None = Field(
        default=None,
        description="What was right or wrong about the answer.",
        examples=["The second step was missing."],
    )


class FeedbackOut(BaseModel):
    """The stored feedback on an answer."""

    answer_id: UUID = Field(description="Id of the answer.")
    helped: bool = Field(description="Whether the answer helped.")
    comment: str | None = Field(
        description="What was right or wrong about the answer; null without a comment.",
        examples=["The second step was missing."],
    )
    given_at: datetime = Field(description="When the feedback was given.")

    @classmethod
    def of(cls, answer_id: UUID, given: Feedback) -> Self:
        """Build the response from the model object."""
        return cls(
            answer_id=answer_id, helped=given.helped, comment=given.comment, given_at=given.given_at
        )


class TurnOut(AnswerOut):
    """A question of a conversation with its answer."""

    question: str = Field(
        description="The question that was asked.", examples=["Диск на узле заполнен. Что делать?"]
    )
    feedback: FeedbackOut | None = Field(
        description="The feedback on the answer; null if none was given."
    )

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Build the response from the model object."""
        given = answer.feedback
        feedback = None if given is None else FeedbackOut.of(answer.id, given)
        return cls(**_answer_fields(answer), question=answer.question, feedback=feedback)


def _answer_fields(answer: Answer) -> dict[str, Any]:
    return {
        "answer_id": answer.id,
        "conversation_id": answer.conversation_id,
        **reply_fields(answer.reply),
        "other_alerts": answer.other_alerts,
        "usage": UsageOut.of(answer.reply.usage),
        "created_at": answer.created_at,
    }


def reply_fields(reply: Reply) -> dict[str, Any]:
    """The fields of a response that shows a reply: its status, text and passages."""
    return {
        "status": reply.status,
        "text": reply.text,
        "confidence": round(reply.confidence, 4),
        "citations": [CitationOut.of(citation) for citation in reply.citations],
        "related": [CitationOut.of(citation) for citation in reply.related],
    }
