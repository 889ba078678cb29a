"""What answers at the URL is LocalStack, or the error says what is wrong."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from infra.local.localstack import server
from infra.local.localstack.stage import LocalStackFailed
from infra.local.simulators.serving import served
from tests.support.environment import NOWHERE
from tests.support.ports import free_port


def app(answer: Response) -> Starlette:
    async def health(_: Request) -> Response:
        return answer

    return Starlette(routes=[Route("/_localstack/health", health)])


def test_its_version_and_edition_are_told() -> None:
    healthy = JSONResponse({"services": {}, "edition": "community", "version": "4.8.1"})
    with served(app(healthy), free_port()) as url:
        assert server.version(url) == "4.8.1 (community)"


def test_where_no_server_answers_it_says_so() -> None:
    with pytest.raises(LocalStackFailed, match=f"No server answers at {NOWHERE}"):
        server.version(NOWHERE)


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("not found", 404),
        PlainTextResponse("hello"),
        JSONResponse({"ok": True}),
        JSONResponse([]),
    ],
)
def test_another_server_is_not_taken_for_it(answer: Response) -> None:
    with (
        served(app(answer), free_port()) as url,
        pytest.raises(LocalStackFailed, match="is not LocalStack"),
    ):
        server.version(url)


def test_where_functions_cannot_run_it_says_so() -> None:
    with pytest.raises(LocalStackFailed, match="Lambda service does not answer"):
        server.check_functions(NOWHERE, layers=Path("/layers"), servers=[])
