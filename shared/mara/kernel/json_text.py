"""JSON as text by orjson (https://github.com/ijl/orjson), several times as fast as ``json``.

What orjson refuses and ``json`` takes is left to ``json``: whole numbers over 64 bits, keys that
are no strings and lone surrogates.
"""

import json
from collections.abc import Callable
from typing import Any, Final

import orjson

# A field that the repr of a dataclass leaves out is left out here too, and a time is written as
# `default` does, by both encoders.
_AS_DEFAULT_SAYS: Final = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
Default = Callable[[Any], Any]


def encoded(value: Any, default: Default | None = None) -> str:
    """Return ``value`` as JSON without spaces; ``default`` makes JSON of a value of another type.

    Raises TypeError for a value that is none, where ``default`` is None.
    """
    try:
        return orjson.dumps(value, default, _AS_DEFAULT_SAYS).decode()
    except TypeError:
        return json.dumps(value, default=default, ensure_ascii=False, separators=(",", ":"))


def parsed(text: bytes) -> Any:
    """Return the value of a JSON text in UTF-8; raises ValueError or RecursionError without one."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
