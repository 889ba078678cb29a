"""Generates the OpenAPI document of the whole API from the routes of all functions."""

import json
import re
from typing import Any

from infra.local.routes import apps
from infra.local.settings import ROOT
from mara.auth.model.permissions import Access, Rule

TARGET = ROOT / "functions" / "api" / "operations" / "get_openapi" / "openapi.json"

INFO = {
    "title": "MARA",
    "version": "1.0.0",
    "description": (
        "AI agents that answer from a company's own documents, with verbatim citations. "
        "Errors are RFC 9457 problem documents; lists are paged by cursor; every POST that "
        "creates takes an `Idempotency-Key`."
    ),
}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/auth/invalid-credentials"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the first answer again, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
SECURITY_SCHEMES = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def write() -> str:
    """Write the document; return its path."""
    TARGET.write_text(render(), "utf-8")
    return str(TARGET.relative_to(ROOT))


def render() -> str:
    """Return the document as JSON, in a stable order."""
    return json.dumps(build(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def build() -> dict[str, Any]:
    """Merge the routes of all functions.

    Raises ValueError if two functions use one schema name for different schemas.
    """
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for folder, app in apps():
        group = folder.split("/")[2]
        part = app.openapi()
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            if name in {"HTTPValidationError", "ValidationError"}:
                continue
            if schemas.setdefault(name, schema) != schema:
                message = f"two schemas are called {name}"
                raise ValueError(message)
        for path, operations in part.get("paths", {}).items():
            for method, operation in operations.items():
                paths.setdefault(path, {})[method] = _finish(operation, method, group, app.rule)
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY_SCHEMES},
    }


def _finish(operation: dict[str, Any], method: str, group: str, rule: Rule) -> dict[str, Any]:
    name = re.sub(r"_api_v1_.*", "", operation["operationId"])
    finished = {**operation, "operationId": name, "tags": operation.get("tags", [group])}
    finished["responses"] = {
        status: answer for status, answer in operation["responses"].items() if status != "422"
    }
    finished["responses"]["default"] = {
        "description": "A problem document",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    if rule.access is not Access.PUBLIC:
        keyed: list[dict[str, list[str]]] = [{"apiKey": []}] if rule.key_scope else []
        finished["security"] = [{"accessToken": []}, *keyed]
        finished["x-role"] = rule.access.name.lower()
        if rule.key_scope:
            finished["x-api-key-scope"] = rule.key_scope.value
    if method == "post":
        finished["parameters"] = [*operation.get("parameters", []), IDEMPOTENCY_KEY]
    return finished
