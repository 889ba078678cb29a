"""Requests and responses of the routes of versions and of their publication."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import Agent, AnswerMode
from mara.agents.model.evaluation import Version
from mara.kernel.json_types import JsonInt, JsonNumber


class VersionIn(BaseModel):
    """The version of an agent to publish or to roll back to."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1}]})

    version: JsonInt = Field(ge=1, description="Number of the version.", examples=[1])


class GateIn(BaseModel):
    """``min_score`` is the score that a version needs to be published; null removes the gate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"min_score": 0.9}]})

    min_score: JsonNumber | None = Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Score, from 0 to 1, that a version needs to be published; null removes "
        "the gate.",
        examples=[0.9],
    )


class PublicationOut(BaseModel):
    """``version`` is the newest, ``published_version`` the one that answers.

    ``gate`` is the score that a version needs to be published; null without a gate.
    """

    agent_id: UUID = Field(description="Id of the agent.")
    version: int = Field(description="Number of the newest version.", examples=[2])
    published_version: int = Field(
        description="Number of the version that answers questions.", examples=[1]
    )
    gate: float | None = Field(
        description="Score, from 0 to 1, that a version needs to be published; null without a"
        " gate.",
        examples=[0.9],
    )

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """Build the response from the model object."""
        return cls(
            agent_id=agent.id,
            version=agent.version,
            published_version=agent.published_version,
            gate=agent.gate,
        )


class VersionOut(BaseModel):
    """A version of an agent's settings.

    ``published_at`` is when it was last published; null if never. ``score`` is that of its last
    evaluation; null without one.
    """

    version: int = Field(description="Number of the version. It counts from 1.", examples=[1])
    name: str = Field(
        description="Name of the agent in this version.", examples=["On-call assistant"]
    )
    mode: AnswerMode = Field(description="How the agent answers in this version.")
    instructions: str = Field(
        description="Instructions of the agent in this version.",
        examples=["Answer in short steps."],
    )
    document_ids: Sequence[UUID] = Field(
        description="Documents that the agent answers from in this version; an empty list "
        "means all of its owner.",
        examples=[[]],
    )
    created_at: datetime = Field(description="When the version was created.")
    published_at: datetime | None = Field(
        description="When the version was last published; null if never."
    )
    score: float | None = Field(
        description="Share of passed cases in the last evaluation of the version; null "
        "without one.",
        examples=[0.95],
    )

    @classmethod
    def of(cls, version: Version) -> Self:
        """Build the response from the model object."""
        settings = version.settings
        return cls(
            version=version.number,
            name=settings.name,
            mode=settings.mode,
            instructions=settings.instructions,
            document_ids=settings.document_ids,
            created_at=version.created_at,
            published_at=version.published_at,
            score=version.score,
        )


class VersionsOut(BaseModel):
    """The versions of an agent, the newest first."""

    items: Sequence[VersionOut] = Field(description="The versions, the newest first.")
