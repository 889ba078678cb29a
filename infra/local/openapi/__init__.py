"""Generates the OpenAPI document of the whole API from the routes of all functions."""

import json

from infra.local.openapi.document import build
from infra.local.settings import ROOT

__all__ = ["TARGET", "build", "render", "write"]

TARGET = ROOT / "functions" / "api" / "operations" / "get_openapi" / "openapi.json"


def write() -> str:
    """Write the document; return its path."""
    TARGET.write_text(render(), "utf-8")
    return str(TARGET.relative_to(ROOT))


def render() -> str:
    """Return the document as JSON, in a stable order."""
    return json.dumps(build(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
