"""Schedules on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, Field

from mara.queues.model.schedule import RunOutcome, ScheduleStatus

ScheduleName = Annotated[
    str, Path(description="Name of the schedule.", max_length=100, examples=["forget-expired"])
]


class ScheduleOut(BaseModel):
    """A schedule and its last run, whose values are null where it never ran."""

    name: str = Field(description="Name of the schedule.", examples=["forget-expired"])
    every_s: int = Field(description="Its period in seconds.", examples=[3600])
    started_at: datetime | None = Field(description="When the last run began.")
    ended_at: datetime | None = Field(description="When it ended; null while it runs.")
    duration_s: float | None = Field(description="How long it took in seconds.", examples=[0.8])
    outcome: RunOutcome | None = Field(
        description="How it ended; `lost` if its process was killed.", examples=["done"]
    )
    error: str | None = Field(description="Type of its error; null without one.", examples=[None])
    next_at: datetime | None = Field(description="About when the next run is due.")
    leased_until: datetime | None = Field(
        description="Until when its lease is held, unless it is renewed; null if it is free."
    )

    @classmethod
    def of(cls, status: ScheduleStatus) -> Self:
        """Build the response from the model object."""
        run = status.run
        return cls(
            name=status.schedule.name,
            every_s=int(status.schedule.period.total_seconds()),
            started_at=run.started_at if run else None,
            ended_at=run.ended_at if run else None,
            duration_s=status.duration_s,
            outcome=status.outcome,
            error=run.error if run else None,
            next_at=status.next_at,
            leased_until=status.leased_until,
        )


class SchedulesOut(BaseModel):
    """All schedules."""

    items: Sequence[ScheduleOut] = Field(description="By name.")

    @classmethod
    def of(cls, schedules: Sequence[ScheduleStatus]) -> Self:
        """Build the response from model objects."""
        return cls(items=[ScheduleOut.of(one) for one in schedules])


class StartedRunOut(BaseModel):
    """A run that was started by hand."""

    run_id: UUID = Field(description="Id of the run, as the audit has it.")
    name: str = Field(description="Name of the schedule.", examples=["forget-expired"])
