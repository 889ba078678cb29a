"""Pointers to the fields of a request: where a field error is, in the ``errors`` of a problem.

A field of a JSON body or of a form has an RFC 6901 pointer such as ``/document_ids/0``; the whole
body is the empty pointer. Others are named ``query:limit``, ``path:agent_id``, ``header:if-match``.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from mara.entrypoints.events import Request
from mara.kernel.errors import DomainError
from mara.kernel.replacement import FieldsMissing

MULTIPART = "multipart/"
URL_ENCODED = "application/x-www-form-urlencoded"
WHOLE_BODY = {"json_invalid", "json_type"}
"""The types of pydantic's errors whose location is a place in the text, not a field."""


def pointer_of(error: Mapping[str, Any]) -> str:
    """Return the pointer of one of pydantic's errors, whose ``loc`` begins with its part."""
    part, *names = error["loc"]
    if part != "body":
        return f"{part}:{'.'.join(str(name) for name in names)}"
    return "" if error.get("type") in WHOLE_BODY else _body_pointer(*names)


def pointers_to(error: DomainError, request: Request, path: Mapping[str, Any]) -> Iterator[str]:
    """Yield a pointer to each field of the request that the error concerns.

    ``path`` holds the parameters of the path by name.
    """
    if isinstance(error, FieldsMissing):
        yield from (_body_pointer(name) for name in error.names)
        return
    body = fields_of_body(request)
    query = request.event.get("queryStringParameters") or {}
    for name in error.fields:
        if name in body:
            yield from _items(name, body[name], error.extensions.get(name))
        elif name in query:
            yield f"query:{name}"
        elif name in path:
            yield f"path:{name}"
        elif name in request.headers:
            yield f"header:{name}"
        else:
            continue
        return
    if error.fields and request.media_type.startswith(MULTIPART):
        # The form is parsed by the route alone; the last name is that of its field.
        yield _body_pointer(error.fields[-1])


def _items(name: str, value: Any, wrong: Any) -> Iterator[str]:
    """Yield a pointer to each wrong item of a list, or one to the field."""
    if isinstance(value, list) and isinstance(wrong, list):
        named = {str(item).lower() for item in wrong}
        places = [place for place, item in enumerate(value) if str(item).lower() in named]
        if places:
            yield from (_body_pointer(name, place) for place in places)
            return
    yield _body_pointer(name)


def _body_pointer(*names: str | int) -> str:
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def fields_of_body(request: Request) -> dict[str, Any]:
    """Return the JSON object or the form of the body; an empty one for anything else."""
    if request.media_type.startswith(MULTIPART):
        return {}
    if request.media_type == URL_ENCODED:
        return dict(parse_qsl(request.raw_body.decode("utf-8", "replace")))
    try:
        body = json.loads(request.raw_body)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
