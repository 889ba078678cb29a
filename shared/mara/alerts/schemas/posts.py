"""Responses: what was answered to alerts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.agents.model import AnswerStatus, Reply
from mara.agents.schemas.answers import CitationOut, reply_fields
from mara.alerts.model.alert_post import AlertPost, AskFailure, PostState


class AlertReplyOut(BaseModel):
    """What the agent answered, frozen as it was given."""

    status: AnswerStatus = Field(
        description="`answered` if it rests on passages, `not_in_documents` if they do not contain"
        " it, `quotes_only` if no language model was available to write it."
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
        description="The passages that the answer rests on, verbatim, the best first."
    )
    related: Sequence[CitationOut] = Field(
        description="Passages near the question that the answer does not rest on."
    )

    @classmethod
    def of(cls, reply: Reply) -> Self:
        """Build the response from the model object."""
        return cls(**reply_fields(reply))


class AskFailureOut(BaseModel):
    """Why the agent could not be asked, as the same question over the API would be refused."""

    code: str = Field(description="Stable code of the reason.", examples=["usage_limit_reached"])
    title: str = Field(
        description="The reason in a few words.", examples=["The plan does not allow more"]
    )
    detail: str = Field(
        description="What is wrong, or what to do about it.",
        examples=["The plan free has no 1 answers left."],
    )
    facts: Mapping[str, Any] = Field(
        description="The figures of the refusal, and `way_out`: what makes the use possible.",
        examples=[{"way_out": [{"action": "subscribe"}]}],
    )

    @classmethod
    def of(cls, failure: AskFailure) -> Self:
        """Build the response from the model object."""
        return cls(
            code=failure.code, title=failure.title, detail=failure.detail, facts=failure.facts
        )


class PostOut(BaseModel):
    """The question of an episode, and what became of it."""

    id: UUID = Field(description="Id of the post.")
    state: PostState = Field(
        description="`waiting`, `answered`, `refused` if the documents do not contain the answer,"
        " or `failed` if the agent could not be asked.",
        examples=["answered"],
    )
    agent_id: UUID = Field(description="Id of the agent that is asked.")
    agent_version: int | None = Field(
        description="Version of the agent that answered; null without an answer.", examples=[3]
    )
    answer_id: UUID | None = Field(
        description="Id of the answer, for feedback; null without one, and for test alerts."
    )
    reply: AlertReplyOut | None = Field(description="The answer; null without one.")
    failure: AskFailureOut | None = Field(
        description="Why there is no answer, or none yet; null with one.", examples=[None]
    )
    latency_ms: int | None = Field(
        description="From the delivery to the answer, in milliseconds; null until then.",
        examples=[420],
    )
    created_at: datetime = Field(description="When the delivery was stored.")
    settled_at: datetime | None = Field(
        description="When the question was answered, or failed; null until then."
    )

    @classmethod
    def of(cls, post: AlertPost) -> Self:
        """Build the response from the model object."""
        return cls(
            id=post.id,
            state=post.state,
            agent_id=post.agent_id,
            agent_version=post.agent_version,
            answer_id=post.answer_id if post.reply else None,
            reply=AlertReplyOut.of(post.reply) if post.reply else None,
            failure=AskFailureOut.of(post.failure) if post.failure else None,
            latency_ms=post.latency_ms,
            created_at=post.created_at,
            settled_at=post.settled_at,
        )
