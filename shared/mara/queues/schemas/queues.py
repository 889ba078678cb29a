"""Queues on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.queues.model.queue_status import QueueStatus


class QueueErrorOut(BaseModel):
    """The last failure of a message."""

    error: str = Field(description="Type of the error.", examples=["DocumentNotFound"])
    at: datetime = Field(description="When it failed.")


class QueueOut(BaseModel):
    """The state of a queue: what SQS says approximately, and what the database says of its work."""

    name: str = Field(description="Name of the queue.", examples=["ingest-document"])
    depth: int | None = Field(
        description="Messages that wait, approximately; null if SQS did not answer.", examples=[3]
    )
    in_flight: int | None = Field(
        description="Messages in work, approximately; null if SQS did not answer.", examples=[1]
    )
    oldest_s: int | None = Field(
        description="Age of the oldest undone work in seconds; null if there is none, or if no "
        "rows say what is undone.",
        examples=[12],
    )
    processed: int = Field(description="Messages processed since the beginning.", examples=[1200])
    failed: int = Field(
        description="Tries that failed since the beginning, those tried again included.",
        examples=[4],
    )
    per_minute: float = Field(
        description="Messages a minute, of the processes that counted in the last ten minutes.",
        examples=[20.5],
    )
    last_error: QueueErrorOut | None = Field(description="The last failure; null without one.")
    dead_letters: int = Field(description="Dead letters that wait for a decision.", examples=[2])

    @classmethod
    def of(cls, status: QueueStatus) -> Self:
        """Build the response from the model object."""
        figures, depth = status.figures, status.depth
        last = figures.last_error
        return cls(
            name=status.name,
            depth=depth.waiting if depth else None,
            in_flight=depth.in_flight if depth else None,
            oldest_s=status.oldest_s,
            processed=figures.processed,
            failed=figures.failed,
            per_minute=figures.per_minute,
            last_error=QueueErrorOut(error=last.error, at=last.at) if last else None,
            dead_letters=figures.dead_letters,
        )


class QueuesOut(BaseModel):
    """All queues."""

    items: Sequence[QueueOut] = Field(description="By name.")

    @classmethod
    def of(cls, queues: Sequence[QueueStatus]) -> Self:
        """Build the response from model objects."""
        return cls(items=[QueueOut.of(one) for one in queues])
