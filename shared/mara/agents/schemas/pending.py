"""Responses for questions that a queue answers."""

import re
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Header
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from mara.agents.model.pending import PendingAnswer, PendingState
from mara.kernel.failure_text import FailureText, in_english

RESPOND_ASYNC = "respond-async"
REMEDY = "Ask the question again."

Prefer = Annotated[
    str,
    Header(
        description="`respond-async` (RFC 7240) has a queue answer: for slow language models.",
        examples=[RESPOND_ASYNC],
    ),
]


class AnswerFailureOut(BaseModel):
    """Why there is no answer; ``code`` is stable, such as ``timed_out``."""

    code: str = Field(description="Stable code of the reason.", examples=["timed_out"])
    detail: str = Field(
        description="What to do, in the language of the request.",
        examples=[REMEDY],
    )


class PendingAnswerOut(BaseModel):
    """A question that has no answer yet; ``answer_id`` is that of the answer to come.

    ``failure`` is null unless the status is ``failed``.
    """

    answer_id: UUID = Field(description="Id of the answer to come.")
    conversation_id: UUID = Field(description="Id of the conversation of the question.")
    status: PendingState = Field(
        description="`queued` until there is an answer, or `failed`.", examples=["queued"]
    )
    question: str = Field(
        description="Question that was asked.", examples=["Диск на узле заполнен. Что делать?"]
    )
    failure: AnswerFailureOut | None = Field(
        description="Why there will be no answer; null unless the status is `failed`."
    )
    created_at: datetime = Field(description="When the question was asked.")

    @classmethod
    def of(cls, pending: PendingAnswer, failure_text: FailureText = in_english) -> Self:
        """Build the response from the model object; ``failure_text`` translates the failure."""
        code = pending.failure
        return cls(
            answer_id=pending.id,
            conversation_id=pending.conversation_id,
            status=pending.state,
            question=pending.question,
            failure=AnswerFailureOut(code=code, detail=failure_text(code, REMEDY))
            if code
            else None,
            created_at=pending.created_at,
        )


ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": PendingAnswerOut,
        "description": "The question is queued, as `Prefer: respond-async` asks for.",
    }
}


def prefers_async(prefer: str) -> bool:
    """Whether the header Prefer (RFC 7240) asks for an answer later."""
    return RESPOND_ASYNC in (part.strip().lower() for part in re.split("[,;]", prefer))


def accepted(agent_id: UUID, pending: PendingAnswerOut) -> JSONResponse:
    """Return 202 with the address at which the answer will be."""
    headers = {
        "Preference-Applied": RESPOND_ASYNC,
        "Location": f"/api/v1/agents/{agent_id}/answers/{pending.answer_id}",
    }
    return JSONResponse(pending.model_dump(mode="json"), HTTPStatus.ACCEPTED, headers)
