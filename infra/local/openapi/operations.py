"""One operation of the document: what FastAPI knows of it, and what its handler declares."""

import re
from dataclasses import dataclass
from typing import Any

from infra.local.openapi import problems
from infra.local.openapi.parameters import complete, idempotency_key
from mara.auth.model.permissions import Access
from mara.entrypoints.http import Replay, RouteApp
from mara.kernel.errors import DomainError

SUCCESS = {
    "200": "The request succeeded.",
    "201": "The object was created.",
    "202": "The request was accepted and is carried out after the response.",
    "204": "The request succeeded; the response has no body.",
}
UNNAMED = {"Successful Response", "OK", "Created", "Accepted", "No Content"}
"""Descriptions that FastAPI fills in where a route gives none."""

HEADERS = {
    "Retry-After": {
        "description": "Seconds after which the same request may succeed.",
        "schema": {"type": "integer", "examples": [5]},
    },
}


@dataclass(frozen=True, slots=True)
class Context:
    """Where an operation comes from: the folder, module and application of its function."""

    folder: str
    module: Any
    app: RouteApp
    method: str

    @property
    def is_idempotent(self) -> bool:
        """Whether the operation takes an Idempotency-Key."""
        return self.method == "post" and self.app.replay is not Replay.NOTHING


def finish(
    operation: dict[str, Any],
    context: Context,
    raised: set[type[DomainError]],
    schemas: dict[str, Any],
) -> dict[str, Any]:
    """Return the operation with texts, security, parameters and error responses.

    Schemas that are written in its request body are moved to ``schemas``.
    """
    name = re.sub(r"_api_v1_.*", "", operation["operationId"])
    summary, description = _texts(context.module.__doc__, operation.get("description", ""))
    rule = context.app.rule
    finished = {
        **operation,
        "operationId": name,
        "tags": operation.get("tags", [context.folder.split("/")[2]]),
        "summary": summary,
        "description": description,
        "responses": _responses(operation, raised),
        "security": [],
    }
    if rule.access is not Access.PUBLIC:
        keyed: list[dict[str, list[str]]] = [{"apiKey": []}] if rule.key_scope else []
        finished["security"] = [{"accessToken": []}, {"password": []}, *keyed]
        finished["x-role"] = rule.access.name.lower()
        if rule.key_scope:
            finished["x-api-key-scope"] = rule.key_scope.value
    parameters = [complete(parameter) for parameter in operation.get("parameters", [])]
    if context.is_idempotent:
        parameters.append(idempotency_key(context.app.replay))
    if parameters:
        finished["parameters"] = parameters
    for content in operation.get("requestBody", {}).get("content", {}).values():
        _name_schema(content, schemas)
    return finished


def _texts(docstring: str, fallback: str) -> tuple[str, str]:
    """The summary and the description: the first line of a handler's docstring, and the rest."""
    first, _, rest = docstring.strip().partition("\n")
    _, _, what = first.partition(" - ")
    summary = what[:1].upper() + what[1:]
    return summary, " ".join(rest.split()) or fallback


def _responses(operation: dict[str, Any], raised: set[type[DomainError]]) -> dict[str, Any]:
    found = problems.responses(raised)
    for status, answer in operation["responses"].items():
        if status == "422":  # FastAPI's own; the frame answers with problem documents
            continue
        if status not in found:
            text = answer["description"]
            found[status] = {**answer, "description": SUCCESS[status] if text in UNNAMED else text}
            for part in answer.get("content", {}).values():
                part["schema"].pop("title", None)
            continue
        content = {**answer.get("content", {}), **found[status]["content"]}
        found[status] = {**found[status], "content": content}
    return found


def _name_schema(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Move a schema with a title to the components, so that generated clients can name it."""
    schema = content["schema"]
    if "title" in schema and "properties" in schema:
        name = schema["title"]
        add_schema(schemas, name, schema)
        content["schema"] = {"$ref": f"#/components/schemas/{name}"}


def add_schema(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """Add a schema to the components. Raises ValueError if they hold another one of this name."""
    if schemas.setdefault(name, schema) != schema:
        message = f"Two different schemas have the name {name}: rename one of them."
        raise ValueError(message)
