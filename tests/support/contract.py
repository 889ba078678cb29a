"""Every response that a test receives is compared with the OpenAPI document."""

import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from infra.local.openapi import TARGET
from infra.local.routes import app_of
from mara.entrypoints.http import LambdaHandler

PROBLEM_JSON = "application/problem+json"


@cache
def _document() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
    return parsed


def check_response(handler: LambdaHandler, event: Mapping[str, Any], response: Any) -> None:
    """Check status, error code and body of a response of a function of the API.

    A handler that a test itself defines, and a path that is no operation, are not checked.
    """
    operation = _operation_of(handler, event["httpMethod"].lower(), event["path"])
    if operation is None:
        return
    status, name = str(response["statusCode"]), operation["operationId"]
    body = response.get("body") or ""
    documented = operation["responses"].get(status)
    media_type = response["headers"].get("content-type", "").partition(";")[0]
    if media_type == PROBLEM_JSON:
        code = json.loads(body)["code"]
        codes = documented.get("x-problem-codes", []) if documented else []
        assert code in codes, (
            f"{name} answered {status} {code}, which openapi.json does not list. Name the error "
            'after "Raises" in the docstring of the service method (or schema or wiring function) '
            "that the handler calls, then run: .venv/bin/mara generate"
        )
    assert documented is not None, f"{name} answered {status}, which openapi.json does not list"
    if media_type.endswith("json") and media_type in documented.get("content", {}):
        errors = list(_validator(name, status, media_type).iter_errors(json.loads(body)))
        assert not errors, f"{name} answered {status} in another shape than documented: {errors}"


def _operation_of(handler: LambdaHandler, method: str, path: str) -> dict[str, Any] | None:
    names = _served_by(handler)
    fitting = [
        (template.count("{"), methods[method])
        for template, methods in _document()["paths"].items()
        if method in methods
        and methods[method]["operationId"] in names
        and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    ]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else None


def _served_by(handler: LambdaHandler) -> set[str]:
    """The operations of the function that ``handler`` belongs to; none for a handler of a test."""
    for name, module in list(sys.modules.items()):
        if name.startswith("functions.api.") and getattr(module, "handler", None) is handler:
            return {route.name for route in app_of(module).api_routes}
    return set()


@cache
def _validator(operation: str, status: str, media_type: str) -> Draft202012Validator:
    spec = next(
        spec
        for methods in _document()["paths"].values()
        for spec in methods.values()
        if spec["operationId"] == operation
    )
    schema = spec["responses"][status]["content"][media_type]["schema"]
    return Draft202012Validator({**schema, "components": _document()["components"]})
