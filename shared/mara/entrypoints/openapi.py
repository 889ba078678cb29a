"""OpenAPI 3.1 of the whole API, generated from every route by `mara openapi`."""

from functools import cache
from pathlib import Path


@cache
def document() -> str:
    """The JSON text; a test holds it to what the code says."""
    return (Path(__file__).parent / "openapi.json").read_text("utf-8")
