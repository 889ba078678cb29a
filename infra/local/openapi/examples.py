"""Examples of schemas: declared ones, else composed of the examples of their parts."""

from collections.abc import Mapping
from typing import Any

ID = "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10"
TIME = "2026-01-15T09:30:00Z"
BY_FORMAT = {"uuid": ID, "date-time": TIME, "binary": "(the bytes of the file)"}


class Missing(Exception):
    """The type of a schema does not determine an example, and the schema declares none."""


class Composer:
    """Composes examples; references are looked up in ``schemas``."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def of(self, schema: Mapping[str, Any]) -> Any:
        """Return an example. Raises Missing for a string or number without one."""
        if schema.get("examples"):
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if "$ref" in schema:
            return self.of(self._schemas[schema["$ref"].rpartition("/")[2]])
        if alternatives := schema.get("anyOf") or schema.get("oneOf"):
            return self.of(alternatives[0])
        return self._of_type(schema)

    def _of_type(self, schema: Mapping[str, Any]) -> Any:
        match schema.get("type"):
            case "object":
                return {name: self.of(part) for name, part in schema.get("properties", {}).items()}
            case "array":
                return [self.of(schema["items"])]
            case "boolean":
                return True
            case "null":
                return None
        if schema.get("format") in BY_FORMAT:
            return BY_FORMAT[schema["format"]]
        raise Missing(str(dict(schema)))
