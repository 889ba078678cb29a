"""Parameters and responses of the route of changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from mara.notifications.model import Change, ChangeBatch, ChangeKind

WAIT_MAX_S = 20
"""Longer than this, a proxy between the browser and the API may give up."""

After = Annotated[
    str | None,
    Query(
        max_length=8192,
        description="The `next_cursor` of the last response; without it, all changes of 24 hours.",
        examples=["eyJzZWVuIjogIjkwNDo5MDQ6In0"],
    ),
]
Wait = Annotated[
    int,
    Query(
        ge=0,
        le=WAIT_MAX_S,
        description="How many seconds to wait for a change, if there is none yet.",
        examples=[20],
    ),
]
EventLimit = Annotated[
    int, Query(ge=1, le=100, description="The greatest number of events.", examples=[100])
]

PATHS = {
    ChangeKind.DOCUMENT: "/api/v1/documents/{object_id}",
    ChangeKind.DEPOSIT: "/api/v1/wallets/my/{parent}/deposits",
    ChangeKind.ANSWER: "/api/v1/agents/{parent}/answers/{object_id}",
    ChangeKind.SUBSCRIPTION: "/api/v1/subscriptions/my",
    ChangeKind.ALERT: "/api/v1/alerts/{object_id}",
    ChangeKind.NOTIFICATION: "/api/v1/notifications",
}


class EventOut(BaseModel):
    """An object of the caller came into a state, or made progress in it."""

    type: ChangeKind = Field(description="The kind of the object.", examples=["document"])
    object_id: UUID = Field(
        description="The id of the object.", examples=["0199f3c2-7a10-7cc0-8d3e-5b0f2c9d4e11"]
    )
    state: str = Field(
        description="The state of a document (also `superseded` or `deleted`), the state of a "
        "deposit or a subscription, the status of an answer (`queued` or `failed` of a question "
        "that waits), the status of an alert (`answered`, `refused` or `failed` once its agent "
        "was asked), or `unread` and `read` of a notice.",
        examples=["ready"],
    )
    url: str = Field(
        description="The path of the object, or of the list that holds it.",
        examples=["/api/v1/documents/0199f3c2-7a10-7cc0-8d3e-5b0f2c9d4e11"],
    )
    at: datetime = Field(description="When it changed.", examples=["2026-11-26T22:00:00.123456Z"])

    @classmethod
    def of(cls, change: Change) -> Self:
        """Build the response from the model object."""
        path = PATHS[change.kind].format(object_id=change.object_id, parent=change.parent)
        return cls(
            type=change.kind,
            object_id=change.object_id,
            state=change.state,
            url=path,
            at=change.at,
        )


class EventsOut(BaseModel):
    """What changed, in order; empty if nothing did while the request waited."""

    items: Sequence[EventOut] = Field(description="The events, in their order.")
    next_cursor: str = Field(
        description="The `after` of the next request; never null.",
        examples=["eyJzZWVuIjogIjkwNDo5MDQ6In0"],
    )
    more: bool = Field(
        description="Further events are there already: ask at once, without waiting.",
        examples=[False],
    )

    @classmethod
    def of(cls, batch: ChangeBatch) -> Self:
        """Build the response from the model object."""
        items = [EventOut.of(change) for change in batch.changes]
        return cls(items=items, next_cursor=batch.cursor, more=batch.more)
