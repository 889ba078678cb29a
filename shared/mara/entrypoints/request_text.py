"""The check of a request's texts: no field of the query or of a JSON body has unusable characters.

Headers and the path are masked where the event is read (``events``), and files are cleaned where
their text is extracted.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError

from mara.entrypoints.events import Request
from mara.kernel.text import UNUSABLE, Location, unusable_in

_ESCAPE = re.compile(r"\\(?:[bf]|u(?:00[01]|007f|00[89]|d[89a-f]|fd[de]|fff[ef]))", re.IGNORECASE)
"""JSON escapes that may produce a control character, a surrogate or a noncharacter.

Others, such as those of Cyrillic letters, are not worth parsing the body once more.
"""


def check_texts(request: Request) -> None:
    """Raise RequestValidationError with an error for each field with unusable characters."""
    query: Mapping[str, Any] | None = request.event.get("multiValueQueryStringParameters")
    found = [*_unusable_in_query(query or {}), *_unusable_in_body(request)]
    if found:
        raise RequestValidationError(
            [
                {"loc": at, "msg": f"The character {name} is not allowed.", "type": "unusable_text"}
                for at, name in found
            ]
        )


def _unusable_in_query(query: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    for name, values in query.items():
        # A parameter that is sent twice is one field.
        yield from list(unusable_in({name: "".join(values)}, ("query",)))[:1]


def _unusable_in_body(request: Request) -> Iterator[tuple[Location, str]]:
    if request.body_size == 0 or not request.media_type.endswith("json"):
        return
    raw = request.raw_body
    try:
        text = raw.decode(json.detect_encoding(raw), errors="surrogatepass")
        # Most bodies have no such character, and are not parsed here. Printable text has none, and
        # `isprintable` takes a fraction of the time of the expression.
        if _ESCAPE.search(text) or (not text.isprintable() and UNUSABLE.search(text)):
            yield from unusable_in(json.loads(text), ("body",))
    except (ValueError, RecursionError):
        return  # not JSON, which the route refuses
