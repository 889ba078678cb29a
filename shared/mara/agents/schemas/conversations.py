"""Requests and responses of the routes of conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mara.agents.model import Answer, Conversation
from mara.agents.schemas.agents import Line
from mara.agents.schemas.answers import TurnOut
from mara.kernel.patch import MergePatch, optional


class ConversationOut(BaseModel):
    """A conversation; ``updated_at`` is the time of its last question."""

    id: UUID = Field(description="Id of the conversation.")
    agent_id: UUID = Field(description="Id of the agent that was asked.")
    title: str = Field(
        description="Beginning of the first question, until the owner changes it.",
        examples=["The disk of a node is full. What is to be done?"],
    )
    created_at: datetime = Field(description="When the first question was asked.")
    updated_at: datetime = Field(description="When the last question was asked.")

    @classmethod
    def of(cls, conversation: Conversation) -> Self:
        """Build the response from the model object."""
        return cls(**_conversation_fields(conversation))


class ConversationPatch(MergePatch):
    """Changes of a conversation (RFC 7396)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"title": "Full disks"}]}
    )

    title: Line = optional(description="The new title.", examples=["Full disks"])


class ConversationWithAnswersOut(ConversationOut):
    """A conversation with its last answers, at most 200, from old to new."""

    answers: Sequence[TurnOut] = Field(
        description="The last questions with their answers, at most 200, from old to new."
    )

    @classmethod
    def with_answers(cls, conversation: Conversation, answers: Sequence[Answer]) -> Self:
        """Build the response from the model objects."""
        turns = [TurnOut.of(answer) for answer in answers]
        return cls(**_conversation_fields(conversation), answers=turns)


def _conversation_fields(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "agent_id": conversation.agent_id,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
    }
