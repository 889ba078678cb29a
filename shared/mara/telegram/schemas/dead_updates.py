"""Requests and responses of the routes of dead updates."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from mara.kernel.json_types import JsonInt
from mara.telegram.model.update import DeadUpdate

UpdateId = Annotated[JsonInt, Field(ge=0, le=2**63 - 1)]


class DeadUpdateOut(BaseModel):
    """An update that was given up, without what it says."""

    update_id: int = Field(description="Id of the update at Telegram.", examples=[10000])
    lane: str = Field(
        description="The chat, or the person who pressed a button.",
        examples=["chat:-1001"],
    )
    reason: str = Field(description="Code of the last error.", examples=["unreadable_update"])
    attempts: int = Field(description="How often it was tried.", examples=[3])
    received_at: datetime = Field(description="When it came.")

    @classmethod
    def of(cls, update: DeadUpdate) -> Self:
        """Build the response from the model object."""
        return cls(
            update_id=update.update_id,
            lane=update.lane,
            reason=update.reason,
            attempts=update.attempts,
            received_at=update.received_at,
        )


class DeadUpdatesOut(BaseModel):
    """The oldest dead updates of a bot, at most a hundred."""

    items: Sequence[DeadUpdateOut] = Field(description="The oldest first.")

    @classmethod
    def of(cls, updates: Sequence[DeadUpdate]) -> Self:
        """Build the response from model objects."""
        return cls(items=[DeadUpdateOut.of(one) for one in updates])


class RedriveIn(BaseModel):
    """Which dead updates are tried again."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"update_ids": [10000]}, {}]}
    )

    update_ids: Annotated[Sequence[UpdateId], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Ids of updates; null for all that are dead.", examples=[[10000]]
    )


class RedrivenOut(BaseModel):
    """How many updates are tried again."""

    count: int = Field(description="How many of them were dead.", examples=[1])
