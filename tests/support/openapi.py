"""The OpenAPI document as a list of operations that can be called in process."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from infra.local.openapi import TARGET
from infra.local.routes import app_of, declarations
from mara.auth.model.permissions import Rule
from tests.support.events import Answer, call

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "mara-boundary"

FOREIGN_BODIES = frozenset({"receive_alerts", "receive_update"})
"""Operations that take what monitoring systems and Telegram send, whatever fields they add, and
answer them with few statuses."""


@cache
def document() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
    return parsed


@dataclass(frozen=True)
class Operation:
    """``path`` has its parameters in braces."""

    id: str
    method: str
    path: str
    spec: dict[str, Any]

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def query_parameters(self) -> set[str]:
        """The names of the parameters in the query."""
        parameters = self.spec.get("parameters", [])
        return {found["name"] for found in parameters if found["in"] == "query"}

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """The schema of the JSON body, with references resolved; None if there is no body."""
        content = self.spec.get("requestBody", {}).get("content", {})
        if JSON not in content:
            return None
        schema: dict[str, Any] = content[JSON]["schema"]
        alternatives = [s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"]
        return resolve(alternatives[0])

    @property
    def examples(self) -> list[Any]:
        return list((self.body_schema or {}).get("examples", []))

    @property
    def form_example(self) -> dict[str, str] | None:
        """The example of the URL-encoded form that the operation takes; None if it takes none."""
        content = self.spec.get("requestBody", {}).get("content", {})
        if FORM not in content:
            return None
        properties = resolve(content[FORM]["schema"])["properties"]
        return {name: spec["examples"][0] for name, spec in properties.items()}

    def response_schema(self, status: int) -> dict[str, Any] | None:
        """The schema of a response. Raises KeyError for a status that is not documented."""
        content = self.spec["responses"][str(status)].get("content", {})
        schema: dict[str, Any] | None = content.get(JSON, {}).get("schema")
        return schema and {**schema, "components": document()["components"]}

    @property
    def handler_module(self) -> Any:
        """The module of the function that serves the operation."""
        return import_module(f"{_folders()[self.id].replace('/', '.')}.handler")

    @property
    def rule(self) -> Rule:
        """The access rule that its handler declares."""
        return app_of(self.handler_module).rule

    def call(self, ids: Mapping[str, str], **parts: Any) -> Answer:
        return call(
            self.handler_module.handler, self.method.upper(), self.path.format(**ids), **parts
        )


@cache
def _folders() -> dict[str, str]:
    return {route.operation: route.folder for route in declarations()}


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document()["components"]["schemas"][name] if name else schema
    return found


def places(schema: dict[str, Any], kind: str, pointer: str = "") -> Iterator[str]:
    """The JSON pointers of all values of a JSON type that a body of this schema may have."""
    schema = resolve(schema)
    for alternative in schema.get("anyOf", []):
        yield from places(alternative, kind, pointer)
    if schema.get("type") == kind:
        yield pointer
    if schema.get("type") == "array":
        yield from places(schema["items"], kind, f"{pointer}/0")
    parts = dict(schema.get("properties", {}))
    if "propertyNames" in schema:
        names = resolve(schema["propertyNames"])["enum"]
        parts[names[0]] = schema["additionalProperties"]
    for name, part in parts.items():
        yield from places(part, kind, f"{pointer}/{name}")


def body_with(value: Any, pointer: str) -> Any:
    """The smallest body with a value at the pointer."""
    for part in reversed(pointer.split("/")[1:]):
        value = [value] if part == "0" else {part: value}
    return value


def operations() -> dict[str, Operation]:
    """All operations by id."""
    return {operation.id: operation for operation in _operations()}


def _operations() -> Iterator[Operation]:
    for path, methods in document()["paths"].items():
        for method, spec in methods.items():
            yield Operation(spec["operationId"], method, path, spec)


def url_encoded(fields: Mapping[str, str]) -> dict[str, Any]:
    """A URL-encoded form, as parts of ``call``."""
    return {"raw": urlencode(fields).encode(), "headers": {"content-type": FORM}}


def form(filename: str, content: bytes, **fields: str) -> dict[str, Any]:
    """A multipart body with one file, as parts of ``call``."""
    head = f'Content-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    parts = [f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content]
    parts += [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, value in fields.items()
    ]
    dashes = b"--" + BOUNDARY.encode()
    raw = b"".join(dashes + b"\r\n" + part + b"\r\n" for part in parts) + dashes + b"--\r\n"
    return {"raw": raw, "headers": {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}}
