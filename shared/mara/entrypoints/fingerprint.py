"""The fingerprint of a request: equal for two requests that say the same.

A client that repeats a request may write it in another way: with another boundary between the
parts of a form, with other white space or another order of keys in JSON. None of these changes what
is asked for, so none of them counts. The order of a list, of the parts of a form and the names of
files do count.
"""

import hashlib
import json
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from mara.entrypoints.events import Request

if TYPE_CHECKING:
    from python_multipart.multipart import Field, File


def fingerprint(request: Request) -> bytes:
    """Return the SHA-256 of the route, the query and the content of the body."""
    query = json.dumps(request.event.get("multiValueQueryStringParameters"), sort_keys=True)
    digest = hashlib.sha256(f"{request.method} {request.path} {query}\n".encode())
    for part in _parts(request):
        # The length in front keeps two parts from being read as one.
        digest.update(f"{len(part)}:".encode())
        digest.update(part)
    return digest.digest()


def _parts(request: Request) -> Iterator[bytes]:
    raw = request.raw_body
    if request.media_type == "application/json":
        yield _canonical_json(raw)
    elif request.media_type == "multipart/form-data":
        yield from _form_parts(request.headers["content-type"], raw)
    else:
        yield raw


def _canonical_json(raw: bytes) -> bytes:
    """Return JSON with sorted keys and without white space, and as it is if it is not JSON."""
    try:
        return json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return raw


def _form_parts(content_type: str, raw: bytes) -> list[bytes]:
    """Return name, file name and content of each part, and the raw body if it is not a form."""
    from python_multipart import parse_form
    from python_multipart.exceptions import FormParserError

    parts: list[bytes] = []

    def add_field(field: "Field") -> None:
        parts.extend([b"field", field.field_name or b"", field.value or b""])

    def add_file(file: "File") -> None:
        file.file_object.seek(0)
        content = hashlib.sha256(file.file_object.read()).digest()
        parts.extend([b"file", file.field_name or b"", file.file_name or b"", content])
        file.close()

    headers = {"Content-Type": content_type.encode(), "Content-Length": str(len(raw)).encode()}
    try:
        parse_form(headers, BytesIO(raw), add_field, add_file)
    except FormParserError:
        return [raw]
    return parts
