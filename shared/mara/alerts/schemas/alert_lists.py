"""Responses of the lists of alerts."""

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, Field

from mara.alerts.model.alert_overview import AlertOverview, PostResult
from mara.alerts.model.alert_post import PostState, latency_ms
from mara.alerts.schemas.alerts import AlertOut, alert_fields

RESULT: Final = "What became of its newest post; null without one."


class PostResultOut(BaseModel):
    """What was answered to the newest post of an alert, and what people say of it."""

    post_id: UUID = Field(description="Id of the post.")
    state: PostState = Field(
        description="`waiting`, `answered`, `refused` if the documents do not contain the answer,"
        " or `failed` if the agent could not be asked.",
        examples=["answered"],
    )
    latency_ms: int | None = Field(
        description="From the delivery to the answer, in milliseconds; null until then.",
        examples=[420],
    )
    chat_id: int | None = Field(
        description="Id of the chat that shows the post; null where none does.",
        examples=[-1001234567890],
    )
    helped: int = Field(description="Number of people whom it helped.", examples=[2])
    did_not_help: int = Field(description="Number of people whom it did not help.", examples=[0])
    escalated_at: datetime | None = Field(
        description="When a person passed it on to the chat for escalations; null if none did.",
        examples=[None],
    )

    @classmethod
    def of(cls, result: PostResult) -> Self:
        """Build the response from the model object."""
        return cls(
            post_id=result.post_id,
            state=result.state,
            latency_ms=latency_ms(result.created_at, result.settled_at),
            chat_id=result.chat_id,
            helped=result.votes.helped,
            did_not_help=result.votes.did_not_help,
            escalated_at=result.escalated_at,
        )


class ListedAlertOut(AlertOut):
    """An alert with what was answered."""

    result: PostResultOut | None = Field(description=RESULT)

    @classmethod
    def with_result(cls, one: AlertOverview) -> Self:
        """Build the response from the model object."""
        return cls(**_fields(one))


class ChatAlertOut(ListedAlertOut):
    """An alert that a rule made of a message, with what was answered."""

    origin_chat_id: int | None = Field(
        description="Id of the chat whose message fired last; null if it is not known.",
        examples=[-1001234567890],
    )
    origin_message_id: int | None = Field(
        description="Id of that message in its chat; null if it is not known.", examples=[41]
    )

    @classmethod
    def with_result(cls, one: AlertOverview) -> Self:
        """Build the response from the model object."""
        return cls(
            **_fields(one),
            origin_chat_id=_label(one, "chat_id"),
            origin_message_id=_label(one, "message_id"),
        )


def _label(one: AlertOverview, name: str) -> int | None:
    found = one.alert.labels.get(name)
    return int(found) if found else None


def _fields(one: AlertOverview) -> dict[str, Any]:
    result = PostResultOut.of(one.result) if one.result else None
    return {**alert_fields(one.alert), "result": result}
