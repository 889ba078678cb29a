"""API Gateway's own answers are problem documents."""

import json
from http import HTTPStatus
from typing import Any

import pytest

from infra.local.gateway_responses import BEGIN, CODES, render
from infra.local.package import load_template
from mara.entrypoints import problems
from mara.entrypoints.gateway_problems import GATEWAY_PROBLEMS, type_of_gateway_problem

RESPONSES = load_template()["Resources"]["Api"]["Properties"]["GatewayResponses"]


@pytest.mark.parametrize("kind", sorted(CODES))
def test_each_is_a_problem_document_with_its_own_status(kind: str) -> None:
    response: dict[str, Any] = RESPONSES[kind]
    problem = json.loads(response["ResponseTemplates"]["application/json"])
    assert problem["status"] == response["StatusCode"] >= HTTPStatus.BAD_REQUEST
    assert problem["code"] == CODES[kind]
    assert problem["request_id"] == "$context.requestId"
    headers = response["ResponseParameters"]["Headers"]
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert ("Retry-After" in headers) == (response["StatusCode"] == HTTPStatus.TOO_MANY_REQUESTS)


def test_there_is_one_for_every_client_and_server_error() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} < RESPONSES.keys() == CODES.keys()


def test_a_template_without_the_markers_is_refused() -> None:
    with pytest.raises(RuntimeError, match="gateway responses"):
        render("Resources:\n")
    assert BEGIN.strip().startswith("#")


@pytest.mark.parametrize(
    "error",
    [
        problems.RouteNotFound,
        problems.MethodNotAllowed,
        problems.BodyTooLarge,
        problems.UnsupportedMediaType,
    ],
)
def test_those_that_functions_give_too_are_the_same(error: Any) -> None:
    code = problems.slug_of(error).replace("-", "_")
    assert type_of_gateway_problem(code) == problems.type_of(error)
    assert GATEWAY_PROBLEMS[code].title == error.title
    # A route that is not found has the status of its kind; the others have their own.
    own = getattr(error, "status", HTTPStatus.NOT_FOUND)
    assert GATEWAY_PROBLEMS[code].status == own
