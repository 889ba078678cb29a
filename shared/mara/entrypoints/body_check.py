"""What the frame refuses of a body before anything reads it: its size and its media type."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.entrypoints.events import Request
from mara.entrypoints.problems import BodyTooLarge, UnsupportedMediaType

BODY_MAX = 256 * 1024
"""Bytes of a JSON body."""
WITH_BODY = {"POST", "PUT", "PATCH"}
"""Methods whose body is read; that of another method has no meaning (RFC 9110, 9.3)."""


LARGE_FILE = (
    "Upload a larger file directly to the storage: POST its name, size and sha256 as JSON to "
    "/api/v1/documents/upload."
)
"""What a client does about a file that the upload route does not take."""
LARGE_DELIVERY = "Send fewer alerts at once, or shorter texts."
"""What a monitoring system does about alerts that an intake does not take."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """How large a body of a route may be, and what to do with a larger one."""

    bytes_max: int = BODY_MAX
    """Bytes as the client sends them."""
    advice: str = ""


def check_body(request: Request, limit: BodyLimit, media_types: Sequence[str]) -> None:
    """Raise BodyTooLarge or UnsupportedMediaType where the body is not one of the route."""
    if request.body_size == 0 or request.method not in WITH_BODY:
        return
    if request.body_size > limit.bytes_max:
        detail = f"At most {limit.bytes_max} bytes are accepted here."
        raise BodyTooLarge(f"{detail} {limit.advice}" if limit.advice else detail)
    if media_types and request.media_type not in media_types:
        raise UnsupportedMediaType(f"Send {' or '.join(media_types)}.")
