"""Requests and responses of the routes of agents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.agents.model import (
    TEMPERATURE_DEFAULT,
    TOP_K_DEFAULT,
    TOP_K_MAX,
    Agent,
    AgentSettings,
    AnswerMode,
    Language,
)
from mara.kernel.json_types import JsonInt, JsonNumber

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00]*$")]

Instructions = Annotated[Text, Field(max_length=8000)]
Temperature = Annotated[JsonNumber, Field(ge=0, le=2, allow_inf_nan=False)]
TopK = Annotated[JsonInt, Field(ge=1, le=TOP_K_MAX)]
DocumentIds = Annotated[list[UUID], Field(max_length=1000)]


class AgentIn(BaseModel):
    """The settings of an agent, which answers with at most ``top_k`` passages.

    No ``document_ids`` means all documents of the owner; no ``language`` means the language of
    each question; no ``model`` means the default model.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "On-call assistant", "mode": "quote", "language": "en"}]
        },
    )

    name: Line = Field(
        description="Name of the agent, shown in lists.", examples=["On-call assistant"]
    )
    instructions: Instructions = Field(
        default="",
        description="What the agent should pay attention to when a language model writes its "
        "answers. It changes nothing in mode `quote`.",
        examples=["Answer in short steps."],
    )
    mode: AnswerMode = Field(
        default=AnswerMode.QUOTE,
        description="`quote` answers with verbatim passages; `generate` lets a language model"
        " write the answer from them.",
    )
    model: Line | None = Field(
        default=None,
        description="Name of a language model from `GET /models`; null means the default one.",
        examples=[None],
    )
    temperature: Temperature = Field(
        default=TEMPERATURE_DEFAULT,
        description="Randomness of the language model: 0 is the most predictable.",
        examples=[0.2],
    )
    top_k: TopK = Field(
        default=TOP_K_DEFAULT,
        description="Maximum number of passages that an answer rests on.",
        examples=[5],
    )
    language: Language | None = Field(
        default=None,
        description="Language of the answers; null means the language of each question.",
        examples=["ru"],
    )
    document_ids: DocumentIds = Field(
        default=[],
        description="Documents that the agent answers from; an empty list means all documents"
        " of its owner.",
        examples=[[]],
    )

    def to_settings(self) -> AgentSettings:
        """Return the settings, with each document once in the order given."""
        distinct = tuple(dict.fromkeys(self.document_ids))
        return AgentSettings(**{**self.model_dump(), "document_ids": distinct})


class AgentOut(BaseModel):
    """An agent; ``version`` is its newest version, ``published_version`` the one that answers."""

    id: UUID = Field(description="Id of the agent.")
    name: str = Field(
        description="Name of the agent, shown in lists.", examples=["On-call assistant"]
    )
    instructions: str = Field(
        description="What the agent should pay attention to when a language model writes its "
        "answers.",
        examples=["Answer in short steps."],
    )
    mode: AnswerMode = Field(
        description="`quote` answers with verbatim passages; `generate` lets a language model"
        " write the answer from them."
    )
    model: str | None = Field(
        description="Name of the language model; null means the default one.", examples=[None]
    )
    temperature: float = Field(
        description="Randomness of the language model: 0 is the most predictable.", examples=[0.2]
    )
    top_k: int = Field(
        description="Maximum number of passages that an answer rests on.", examples=[5]
    )
    language: Language | None = Field(
        description="Language of the answers; null means the language of each question.",
        examples=["ru"],
    )
    document_ids: Sequence[UUID] = Field(
        description="Documents that the agent answers from; an empty list means all documents"
        " of its owner.",
        examples=[[]],
    )
    version: int = Field(
        description="Number of the newest version of the settings. It counts from 1.", examples=[1]
    )
    published_version: int = Field(
        description="Number of the version that answers questions.", examples=[1]
    )
    created_at: datetime = Field(description="When the agent was created.")
    updated_at: datetime = Field(description="When the settings were last changed.")

    @classmethod
    def of(cls, agent: Agent) -> Self:
        """Build the response from the model object."""
        settings = agent.settings
        return cls(
            id=agent.id,
            name=settings.name,
            instructions=settings.instructions,
            mode=settings.mode,
            model=settings.model,
            temperature=settings.temperature,
            top_k=settings.top_k,
            language=settings.language,
            document_ids=settings.document_ids,
            version=agent.version,
            published_version=agent.published_version,
            created_at=agent.created_at,
            updated_at=agent.updated_at,
        )
