"""Merges the OpenAPI documents of all functions into one, and adds tags, errors and examples."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from infra.local.openapi import errors, operations, problems, schemas
from infra.local.openapi.examples import Composer, Missing
from infra.local.routes import apps
from mara.entrypoints.http import RouteApp

INFO = {
    "title": "MARA",
    "version": "1.0.0",
    "summary": "AI agents that answer from a company's own documents, with verbatim citations.",
    "description": (
        "- Authentication: `POST /api/v1/auth/login` returns an access token, which is sent as "
        "`Authorization: Bearer`. Where an operation names a scope, an API key is accepted too.\n"
        "- Errors are RFC 9457 problem documents: `code` is stable, and `type` is the address of "
        "a page that explains the problem.\n"
        "- Lists are paged by cursor: send `next_cursor` of a page as `cursor` of the next "
        "request.\n"
        "- Amounts are decimal strings in USDT, times are RFC 3339 in UTC.\n"
        "- A POST that creates takes an `Idempotency-Key`: the same key and body give the first "
        "answer again."
    ),
    "contact": {"name": "The operator of this installation"},
    "license": {"name": "Proprietary", "identifier": "LicenseRef-Proprietary"},
}
SECURITY_SCHEMES = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a login, or an API key.",
    },
    "password": {
        "type": "oauth2",
        "description": "Logs in with an e-mail address as the user name. No client id is needed.",
        "flows": {"password": {"tokenUrl": "/api/v1/auth/token", "scopes": {}}},
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "An API key with the scope that the operation names.",
    },
}


@dataclass(frozen=True, slots=True)
class _Function:
    """One function: its folder, its application, and FastAPI's OpenAPI document of it."""

    folder: str
    app: RouteApp
    document: dict[str, Any]

    @property
    def module(self) -> Any:
        return sys.modules[f"{self.folder.replace('/', '.')}.handler"]

    @property
    def schemas(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document.get("components", {}).get("schemas", {})
        return found

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield (path, method, operation) for each route."""
        for path, methods in self.document.get("paths", {}).items():
            for method, operation in methods.items():
                yield path, method, operation


def build() -> dict[str, Any]:
    """Merge the routes of all functions.

    Raises ValueError if two functions use one schema name for different schemas.
    """
    functions = [_Function(folder, app, app.openapi()) for folder, app in apps()]
    found = _schemas(functions)
    paths: dict[str, Any] = {}
    listed: dict[str, list[str]] = {}
    for function in functions:
        for path, method, operation in function.operations():
            context = operations.Context(function.folder, function.module, function.app, method)
            raised = errors.of(context)
            finished = operations.finish(operation, context, raised, found)
            paths.setdefault(path, {})[method] = finished
            for problem in problems.listed(raised):
                listed.setdefault(problem.type, []).append(finished["operationId"])
    completed = schemas.complete(
        {**found, "Problem": problems.SCHEMA, "FieldError": problems.FIELD_ERROR}
    )
    _add_examples(paths, Composer(completed))
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/", "description": "The server of this document."}],
        "tags": _tags(paths),
        "paths": paths,
        "components": {
            "schemas": completed,
            "examples": problems.examples(listed),
            "headers": operations.HEADERS,
            "securitySchemes": SECURITY_SCHEMES,
        },
        "x-problems": problems.catalogue(listed),
    }


def _schemas(functions: list[_Function]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for function in functions:
        for name, schema in function.schemas.items():
            if name in {"HTTPValidationError", "ValidationError"}:
                continue
            operations.add_schema(found, name, schema)
    return found


def _tags(paths: dict[str, Any]) -> list[dict[str, str]]:
    """Return the tags: domains, each described by the docstring of its package."""
    names = sorted({name for operation in _operations(paths) for name in operation["tags"]})
    packages = {name: importlib.import_module(f"mara.{name}") for name in names}
    return [
        {"name": name, "description": " ".join((package.__doc__ or "").split("\n\n")[0].split())}
        for name, package in packages.items()
    ]


def _add_examples(paths: dict[str, Any], composer: Composer) -> None:
    """Give every body and, where one can be composed, every parameter an example."""
    for operation in _operations(paths):
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            if "examples" not in schema:
                with suppress(Missing):
                    schema["examples"] = [composer.of(schema)]
        for body in [operation.get("requestBody", {}), *operation["responses"].values()]:
            content = body.get("content", {}).get("application/json")
            if content is not None and "examples" not in content:
                content["example"] = composer.of(content["schema"])


def _operations(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (operation for methods in paths.values() for operation in methods.values())
