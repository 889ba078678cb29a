"""Dead letters on the wire: never what they say."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mara.kernel.json_types import JsonBool
from mara.queues.model.dead_letter import DeadLetter, LetterState
from mara.queues.model.selection import DecidedPart, Selection

CURSOR = "0192" + "0" * 28 + "0193" + "0" * 28
QueueName = Annotated[
    str,
    Path(description="Name of the queue.", max_length=100, examples=["ingest-document"]),
]
WantedLetterState = Annotated[
    LetterState | None, Query(description="Only those in this state.", examples=["waiting"])
]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class DeadLetterOut(BaseModel):
    """A message that no consumer could process, or a row that it gave up, without its text."""

    id: UUID = Field(description="Id of the dead letter.")
    queue: str = Field(description="Name of the queue.", examples=["ingest-document"])
    message_id: str = Field(
        description="Id of the message in SQS; of an update, a send or a delivery, its own id.",
        examples=["c80e8021-a70a-42c7-a470-796e1186f753"],
    )
    reason: str = Field(description="The last error.", examples=["DocumentNotFound"])
    attempts: int = Field(description="How often it was tried.", examples=[5])
    first_failed_at: datetime = Field(description="When it failed first, as far as is known.")
    last_failed_at: datetime = Field(description="When it was given up.")
    object_kind: str | None = Field(
        description="Kind of the object that it concerns; null if unknown.", examples=["document"]
    )
    object_id: UUID | None = Field(description="Id of this object; null if unknown.")
    state: LetterState = Field(description="`waiting` until somebody decides.")
    first_id: UUID | None = Field(
        description="Id of the dead letter whose redrive ended as this one; null if there is none."
    )
    decided_at: datetime | None = Field(description="When it was redriven or discarded.")
    decided_by: UUID | None = Field(description="Id of the user who decided.")

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        """Build the response from the model object."""
        same = ("id", "queue", "message_id", "reason", "attempts", "state", "first_id")
        times = ("first_failed_at", "last_failed_at", "decided_at", "decided_by")
        return cls(
            object_kind=letter.concern.object_kind,
            object_id=letter.concern.object_id,
            **{name: getattr(letter, name) for name in (*same, *times)},
        )


class SelectionIn(BaseModel):
    """Some dead letters by their ids, or all that wait, part by part."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Ids of dead letters; null with `all`."
    )
    all: JsonBool = Field(default=False, description="All that wait.", examples=[True])
    cursor: Annotated[str, Field(min_length=64, max_length=64)] | None = Field(
        default=None,
        description="With `all`: the `next_cursor` of the answer before. What died after the first "
        "request is not among them.",
        examples=[CURSOR],
    )
    dry_run: JsonBool = Field(default=False, description="Only count.", examples=[False])

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if self.all == (self.ids is not None):
            raise ValueError("send either ids or all")
        if self.cursor is not None and not self.all:
            raise ValueError("a cursor goes with all")
        return self

    def selection(self) -> Selection:
        """Return the letters that are meant. Raises InvalidCursor."""
        return Selection.of_cursor(self.cursor) if self.cursor else Selection(self.ids)


class RedriveLettersIn(SelectionIn):
    """Which dead letters are sent again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"all": True, "dry_run": True}]})


class DiscardLettersIn(SelectionIn):
    """Which dead letters are given up for good; the reason is recorded."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"all": True, "reason": "The documents were test data"}]}
    )

    reason: Reason = Field(description="Why.", examples=["The documents were test data"])


class DecisionOut(BaseModel):
    """What one request did, at most 200 dead letters, and what is left of those that it meant."""

    count: int = Field(description="How many were decided on.", examples=[200])
    remaining: int = Field(description="How many of those meant still wait.", examples=[1800])
    unreadable: int = Field(
        description="How many cannot be sent again: they cannot be decrypted, or their webhook is "
        "switched off. They stay as they are.",
        examples=[0],
    )
    next_cursor: str | None = Field(
        description="Send it as `cursor` to go on; null at the end.", examples=[CURSOR]
    )

    @classmethod
    def of(cls, decision: DecidedPart) -> Self:
        """Build the response from the model object."""
        return cls(
            count=decision.count,
            remaining=decision.remaining,
            unreadable=decision.unreadable,
            next_cursor=decision.next_cursor,
        )
