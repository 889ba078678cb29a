"""The declaration of access at the route."""

import pytest
from fastapi import FastAPI

from mara.auth.model import Scope
from mara.auth.model.permissions import Access
from mara.entrypoints import http
from mara.entrypoints.http import DOCUMENTS_READ, PUBLIC, USER, RouteApp, api, lambda_handler


def with_a_route(app: FastAPI) -> FastAPI:
    @app.get("/api/v1/things")
    async def list_things() -> None:
        raise AssertionError

    return app


class TestApi:
    def test_cannot_be_made_without_an_access(self) -> None:
        with pytest.raises(TypeError, match="access"):
            api()  # type: ignore[call-arg]

    def test_holds_what_was_declared(self) -> None:
        app = api(access=USER, scope=DOCUMENTS_READ, per_minute=30)
        assert (app.rule.access, app.rule.key_scope, app.per_minute) == (USER, DOCUMENTS_READ, 30)

    def test_gives_no_scope_to_a_public_route(self) -> None:
        with pytest.raises(ValueError, match="public"):
            api(access=PUBLIC, scope=DOCUMENTS_READ)

    @pytest.mark.parametrize("per_minute", [0, -1])
    def test_gives_no_limit_under_one(self, per_minute: int) -> None:
        with pytest.raises(ValueError, match="per_minute"):
            api(access=USER, per_minute=per_minute)


class TestLambdaHandler:
    def test_refuses_an_application_that_declares_no_access(self) -> None:
        with pytest.raises(TypeError, match="declare who may call"):
            lambda_handler(with_a_route(FastAPI()))

    def test_refuses_an_application_without_a_route(self) -> None:
        with pytest.raises(ValueError, match="define the route"):
            lambda_handler(api(access=USER))

    def test_is_named_after_the_first_route(self) -> None:
        app = with_a_route(api(access=USER))
        assert isinstance(app, RouteApp)
        assert app.operation == "list_things"


def test_every_level_and_scope_has_a_name_for_the_handlers() -> None:
    names = {name for name in http.__all__ if name.isupper()}
    assert names == {access.name for access in Access} | {scope.name for scope in Scope}
