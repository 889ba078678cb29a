"""Moves of subscribers on the wire."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from mara.billing.schemas.plans import PlanVersionOut
from mara.billing.service.plan_moves import PlanMove
from mara.kernel.json_types import JsonInt

VersionNumber = Annotated[JsonInt, Field(ge=1, le=2**31 - 1)]


class PlanMoveIn(BaseModel):
    """Which subscribers to move, and when they are told."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"from_versions": [1]}]}
    )

    from_versions: list[VersionNumber] = Field(
        min_length=1,
        max_length=100,
        description="Versions whose subscribers are moved.",
        examples=[[1]],
    )
    notice: AwareDatetime | None = Field(
        default=None, description="When they are told; by default now, never in the past."
    )


class PlanMoveStartOut(BaseModel):
    """How many subscribers get the version with a renewal."""

    starts_at: datetime = Field(description="The renewal.")
    subscribers: int = Field(description="How many have it.", examples=[12])


class PlanMoveOut(BaseModel):
    """What a move has planned."""

    version: PlanVersionOut = Field(description="The version that they get.")
    moved: int = Field(description="How many subscribers get it.", examples=[40])
    starts: list[PlanMoveStartOut] = Field(description="From which renewals, earliest first.")

    @classmethod
    def of(cls, found: PlanMove) -> Self:
        """Convert from the domain model."""
        return cls(
            version=PlanVersionOut.of(found.version),
            moved=found.moved,
            starts=[
                PlanMoveStartOut(starts_at=starts_at, subscribers=count)
                for starts_at, count in sorted(found.starts.items())
            ],
        )
