"""The body of PATCH of an agent."""

from typing import Any

from pydantic import ConfigDict

from mara.agents.model import AnswerMode, Language
from mara.agents.schemas.agents import DocumentIds, Instructions, Line, Temperature, TopK
from mara.kernel.patch import MergePatch, optional


class AgentPatch(MergePatch):
    """Changes of an agent's settings (RFC 7396): omitted fields stay, null erases a field."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "On-call assistant, night"}]}
    )

    name: Line = optional(
        description="Name of the agent, shown in lists.", examples=["On-call assistant, night"]
    )
    instructions: Instructions = optional(
        description="What the agent should pay attention to when a language model writes.",
        examples=["Answer in short steps."],
    )
    mode: AnswerMode = optional(
        description="`quote` answers with verbatim passages; `generate` lets a language model"
        " write the answer from them.",
        examples=["quote"],
    )
    model: Line | None = optional(
        description="Name of a language model from `GET /models`; null means the default one.",
        examples=[None],
    )
    temperature: Temperature = optional(
        description="Randomness of the language model: 0 is the most predictable.", examples=[0.2]
    )
    top_k: TopK = optional(
        description="Maximum number of passages that an answer rests on.", examples=[5]
    )
    language: Language | None = optional(
        description="Language of the answers; null means the language of each question.",
        examples=["ru"],
    )
    document_ids: DocumentIds = optional(
        description="Documents that the agent answers from; an empty list means all documents"
        " of its owner.",
        examples=[[]],
    )

    def changes(self) -> dict[str, Any]:
        """Return the fields of the request, with each document once in the order given."""
        found = super().changes()
        if "document_ids" in found:
            found["document_ids"] = tuple(dict.fromkeys(found["document_ids"]))
        return found
