"""Paths that no route has, and methods that a path does not have."""

import json
from typing import Any

import pytest

from functions.api.operations.refuse_unknown_route.handler import handler
from tests.support.events import CONTEXT, api_event

pytestmark = pytest.mark.usefixtures("database")


def refuse(method: str, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The problem document and the headers of the response."""
    response = handler(api_event(method, path), CONTEXT)
    problem: dict[str, Any] = json.loads(response["body"])
    assert problem["status"] == response["statusCode"]
    return problem, response["headers"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/favicon", "/api/v1/agents/x/y/z"])
def test_an_unknown_path_is_404(path: str) -> None:
    problem, headers = refuse("GET", path)
    assert (problem["status"], problem["code"]) == (404, "route_not_found")
    assert "allow" not in headers


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/health", "GET, OPTIONS"),
        ("GET", "/api/v1/auth/login", "OPTIONS, POST"),
        ("PATCH", "/api/v1/wallets/my/tron/deposits/claim", "OPTIONS, POST"),
        ("PUT", "/api/v1/health/", "GET, OPTIONS"),
    ],
)
def test_a_known_path_with_another_method_is_405_and_names_its_methods(
    method: str, path: str, allowed: str
) -> None:
    problem, headers = refuse(method, path)
    assert (problem["status"], problem["code"]) == (405, "method_not_allowed")
    assert headers["allow"] == allowed
