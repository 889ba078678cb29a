"""What the frame refuses of a body before anything reads it: its size and its media type."""

from collections.abc import Sequence

from mara.entrypoints.events import Request
from mara.entrypoints.problems import BodyTooLarge, UnsupportedMediaType

BODY_MAX = 256 * 1024
"""Bytes of a JSON body."""
WITH_BODY = {"POST", "PUT", "PATCH"}
"""Methods whose body is read; that of another method has no meaning (RFC 9110, 9.3)."""


def check_body(request: Request, body_max: int, media_types: Sequence[str]) -> None:
    """Raise BodyTooLarge or UnsupportedMediaType where the body is not one of the route."""
    if request.body_size == 0 or request.method not in WITH_BODY:
        return
    if request.body_size > body_max:
        raise BodyTooLarge(
            f"At most {body_max} bytes are accepted here. Upload a larger file directly to the "
            "storage: POST its name, size and sha256 as JSON to /api/v1/documents/upload."
        )
    if media_types and request.media_type not in media_types:
        raise UnsupportedMediaType(f"Send {' or '.join(media_types)}.")
