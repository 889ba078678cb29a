"""Upload requests: the file itself in a multipart form, or an announcement of it as JSON."""

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from mara.documents.model.uploads import AnnouncedFile, SentFile, Upload, UploadResult
from mara.documents.schemas import DocumentOut, UploadBegun, UploadIn
from mara.kernel.failure_text import FailureText

MULTIPART = "multipart/form-data"
MEDIA_TYPES = (MULTIPART, "application/json")
BODY_MAX = 4_500_000
"""Bytes of a request as the client sends it.

The event of a Lambda invocation has at most 6 291 456 bytes: these as base64, and the headers."""


def _optional_id(description: str) -> dict[str, Any]:
    """The schema of an id in a form, which may be empty.

    Swagger UI fills the fields of a form with their first example; an invented id would fail.
    """
    return {
        "type": "string",
        "pattern": "^([0-9a-fA-F-]{36})?$",
        "description": f"{description} Empty for none.",
        "examples": ["", "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"],
    }


_OTHER_ESCAPE = re.compile(r"%(?!22)[0-9A-Fa-f]{2}")

_FORM: dict[str, Any] = {
    "title": "UploadForm",
    "description": "A file, and what to do with it.",
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "The file: PDF, DOCX, XLSX, CSV, Markdown or text.",
        },
        "agent_id": _optional_id("Agent that will answer from the document, besides its others."),
        "replaces": _optional_id("Document that the file is a new version of."),
    },
}
_REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {"schema": _FORM},
            "application/json": {"schema": UploadIn.model_json_schema()},
        },
    }
}
OPENAPI: dict[str, Any] = {
    "openapi_extra": _REQUEST_BODY,
    "response_model": None,
    "responses": {
        200: {
            "model": DocumentOut | UploadBegun,
            "description": "The same file was there already.",
        },
        201: {"model": UploadBegun, "description": "The upload of the file can begin."},
        202: {"model": DocumentOut, "description": "The file has arrived and will be read."},
    },
}
"""The part of the OpenAPI document that FastAPI cannot derive from a body with two shapes."""


async def parse_upload(request: Request) -> tuple[Upload, UUID | None]:
    """Return the upload, and the id of the agent that will answer from it, if any.

    Raises RequestValidationError.
    """
    if request.headers.get("content-type", "").lower().startswith(MULTIPART):
        return await _parse_form(request)
    try:
        body = UploadIn.model_validate_json(await request.body())
    except ValidationError as error:
        found = [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_url=False)]
        raise RequestValidationError(found) from None
    return AnnouncedFile(body.filename, body.size, body.sha256, body.replaces), body.agent_id


def upload_response(
    result: UploadResult, failure_text: FailureText
) -> tuple[int, DocumentOut | UploadBegun]:
    """Return the status and the body: 201 with a form, 202 for a new document, else 200."""
    if result.announced:
        status = HTTPStatus.CREATED if result.is_new else HTTPStatus.OK
        return status, UploadBegun.of(result.document, result.form)
    status = HTTPStatus.ACCEPTED if result.is_new else HTTPStatus.OK
    return status, DocumentOut.of(result.document, failure_text)


async def _parse_form(request: Request) -> tuple[Upload, UUID | None]:
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _invalid("file", "Field required")
        agent_id, replaces = _id_in(form, "agent_id"), _id_in(form, "replaces")
        name = _form_name(file.filename or "")
        return SentFile(name, await file.read(), replaces), agent_id


def _form_name(sent: str) -> str:
    """Return the name of a file whose quotes a form spells ``%22``.

    Browsers encode quotes and line ends alone (WHATWG HTML, multipart/form-data encoding). A name
    with other escapes was saved so, from an address, and stays as it is.
    """
    return sent if _OTHER_ESCAPE.search(sent) else sent.replace("%22", '"')


def _id_in(form: FormData, field: str) -> UUID | None:
    """Return the id in a field of the form, which may be empty. Raises RequestValidationError."""
    value = form.get(field)
    try:
        return UUID(value) if isinstance(value, str) and value else None
    except ValueError:
        raise _invalid(field, "Input should be a valid UUID") from None


def _invalid(field: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body", field), "msg": message, "type": "invalid"}])
