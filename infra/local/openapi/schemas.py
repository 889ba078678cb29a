"""The schemas of the document, completed: without noise, with an example of every property."""

import json
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

from infra.local.openapi.examples import Composer, Missing

PAGE = "One page of a list."


def complete(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas by name; what has no description or example stays without one."""
    found = {name: _without_noise(name, deepcopy(schema)) for name, schema in schemas.items()}
    composer = Composer(found)
    for schema in found.values():
        for part in schema.get("properties", {}).values():
            # What is missing is reported by tests/architecture/test_openapi_is_complete.py.
            with suppress(Missing):
                part.setdefault("examples", [composer.of(part)])
    return found


def _without_noise(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if name.startswith("PageOut_"):
        schema.setdefault("description", PAGE)
    if "description" in schema:
        schema["description"] = schema["description"].replace("``", "`")
    for part in schema.get("properties", {}).values():
        part.pop("title", None)
        _move_default(part)
    return schema


def _move_default(part: dict[str, Any]) -> None:
    """State the default in words.

    openapi-typescript makes a property with `default` a required one, although a client may leave
    it out of a request.
    """
    if "default" not in part:
        return
    default = part.pop("default")
    if default is not None and "const" not in part and "description" in part:
        part["description"] += f" Default: `{json.dumps(default, ensure_ascii=False)}`."
