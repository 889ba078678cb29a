"""Uploads come in two shapes: the file itself in a form, or an announcement as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from mara.documents.schemas import DocumentOut, UploadBegun, UploadIn
from mara.kernel.principal import Principal

MULTIPART = "multipart/form-data"
MEDIA_TYPES = (MULTIPART, "application/json")
BODY_MAX = 6 * 1024 * 1024
"""Bytes, base64 counted: what Lambda takes."""

_REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "agent_id": {"type": "string", "format": "uuid"},
                    },
                }
            },
            "application/json": {"schema": UploadIn.model_json_schema()},
        },
    }
}
DESCRIPTION: dict[str, Any] = {
    "openapi_extra": _REQUEST_BODY,
    "responses": {200: {"model": DocumentOut | UploadBegun}, 201: {"model": UploadBegun}},
}
"""For OpenAPI, which FastAPI cannot derive from a body that comes in two shapes."""


@dataclass(frozen=True, slots=True)
class SentFile:
    name: str
    content: bytes
    agent_id: UUID | None


async def sent_file(request: Request) -> SentFile | None:
    """The file of a multipart form; ``None`` where the body is JSON.

    Raises RequestValidationError where the form has no file, or an agent's id that is none.
    """
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return None
    async with request.form(max_files=1, max_fields=5) as form:
        file, agent_id = form.get("file"), form.get("agent_id")
        if not isinstance(file, UploadFile):
            raise _invalid("file", "Field required")
        try:
            agent = UUID(agent_id) if isinstance(agent_id, str) and agent_id else None
        except ValueError:
            raise _invalid("agent_id", "Input should be a valid UUID") from None
        return SentFile(file.filename or "", await file.read(), agent)


async def announced_file(request: Request) -> UploadIn:
    """Raises RequestValidationError."""
    try:
        return UploadIn.model_validate_json(await request.body())
    except ValidationError as error:
        found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False)]
        raise RequestValidationError(found) from None


def linker(caller: Principal, agent_id: UUID | None) -> Callable[[UUID], object]:
    """What links the document once it is known; the agent is looked up before anything is kept.

    Raises AgentNotFound.
    """
    if agent_id is None:
        return lambda _: None
    from mara.wiring.agents import agent_service

    service = agent_service()
    service.get(caller, agent_id)
    return lambda document_id: service.link(caller, agent_id, document_id)


def _invalid(field: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", field), "msg": message, "type": "invalid"}])
