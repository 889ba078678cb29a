"""No route that answers a secret keeps that answer for a repeated request."""

from typing import Any

import pytest

from infra.local.routes import app_of
from mara.entrypoints.http import Replay
from tests.support.openapi import Operation, operations, resolve

SECRETS = {"access_token", "refresh_token", "key", "secret", "token"}
"""Names of the fields of a response that show a secret once."""

POSTS = [operation for operation in operations().values() if operation.method == "post"]


def fields_of(operation: Operation) -> set[str]:
    """The names of the fields of its successful JSON responses."""
    schemas: list[dict[str, Any]] = [
        media["schema"]
        for status, response in operation.spec["responses"].items()
        if status.startswith("2")
        for media in response.get("content", {}).values()
    ]
    return {name for schema in schemas for name in resolve(schema).get("properties", {})}


@pytest.mark.parametrize("operation", POSTS, ids=lambda operation: operation.id)
def test_only_an_answer_without_a_secret_is_stored(operation: Operation) -> None:
    shown = fields_of(operation) & SECRETS
    assert not shown or app_of(operation.handler_module).replay is not Replay.ANSWER


def test_the_rule_finds_the_routes_that_show_secrets() -> None:
    found = {operation.id for operation in POSTS if fields_of(operation) & SECRETS}
    assert found >= {"log_in", "refresh_session", "create_api_key"}
