"""Bodies and parameters of the routes of deliveries."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mara.notifications.model.webhooks import DeliveryFailure, DeliveryState, WebhookDelivery

WantedDeliveryState = Annotated[
    DeliveryState | None, Query(description="Only deliveries in this state.", examples=["failed"])
]


class ResendIn(BaseModel):
    """Which deliveries are sent again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"since": "2026-11-27T22:00:00Z"}]}
    )

    since: AwareDatetime = Field(
        description="Those of events since this time.", examples=["2026-11-27T22:00:00Z"]
    )


class ResendOut(BaseModel):
    """How many deliveries are sent again."""

    count: int = Field(description="How many deliveries are sent again.", examples=[3])


class DeliveryOut(BaseModel):
    """One event for one webhook."""

    id: UUID = Field(description="Id of the delivery: the header `webhook-id` of each attempt.")
    type: str = Field(description="The type of the event.", examples=["deposit.credited"])
    state: DeliveryState = Field(
        description="`waiting` for its next attempt, `delivered`, or `failed`.",
        examples=["delivered"],
    )
    attempts: int = Field(description="How many attempts were begun.", examples=[1])
    next_attempt_at: datetime | None = Field(
        description="When it is tried next, null if it is not.", examples=[None]
    )
    last_attempt_at: datetime | None = Field(
        description="When the last attempt ended, null if there was none.", examples=[None]
    )
    last_status: int | None = Field(
        description="The HTTP status of the last answer, null if there was none.", examples=[204]
    )
    last_failure: DeliveryFailure | None = Field(
        description="Why the last attempt failed, null if it did not.", examples=[None]
    )
    body: str = Field(
        description="What is sent, exactly as it is signed.",
        examples=['{"type":"webhook.test","timestamp":"2026-11-27T22:00:00+00:00","data":{}}'],
    )
    created_at: datetime = Field(description="When the event was prepared for this webhook.")

    @classmethod
    def of(cls, delivery: WebhookDelivery) -> Self:
        """Build the response from the model object."""
        names = ("id", "type", "state", "attempts", "last_attempt_at", "last_status", "body")
        fields: dict[str, Any] = {name: getattr(delivery, name) for name in names}
        return cls(
            **fields,
            next_attempt_at=delivery.next_at,
            last_failure=delivery.last_failure,
            created_at=delivery.created_at,
        )
