"""Waiting for what the API does by itself."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, TypeAlias

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from infra.local import api_client
from infra.local.api_client import Api, ApiRefused, wait_for
from infra.local.simulators.serving import served
from tests.support.ports import free_port

Served: TypeAlias = tuple[str, list[int], list[str]]
"""The URL, the next statuses, and the keys of the requests so far."""


class Scripted(Api):
    """An API that answers each call with the next state of a document."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)

    def call(self, method: str, path: str, **_: Any) -> Any:
        failure = {"detail": "It has no text."}
        return {"filename": "a.pdf", "state": self._states.pop(0), "failure": failure}


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_client, "POLL_S", 0)


class TestWaitFor:
    def test_returns_the_first_thing_that_is_there(self) -> None:
        found = iter([None, None, 0, 1])
        assert wait_for(lambda: next(found), 60, lambda: "nothing") == 0

    def test_gives_up_with_what_is_so_then(self) -> None:
        with pytest.raises(ApiRefused, match=r"^Still past_due after 0 s\.$"):
            wait_for(lambda: None, 0, lambda: "Still past_due")


class TestWaitUntilRead:
    def test_tells_what_it_waits_for(self) -> None:
        told: list[str] = []
        document = Scripted("queued", "processing", "ready").wait_until_read("1", told.append)
        assert (document["state"], told) == ("ready", ["a.pdf to be read"] * 2)

    def test_refuses_a_document_that_failed(self) -> None:
        with pytest.raises(ApiRefused, match=r"^a\.pdf: It has no text\.$"):
            Scripted("processing", "failed").wait_until_read("1")


class TestRepeating:
    @pytest.fixture
    def served_api(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
        statuses, keys = list[int](), list[str]()
        monkeypatch.setattr(api_client, "REPEAT_S", 0)

        async def answer(request: Request) -> JSONResponse:
            keys.append(request.headers.get("idempotency-key", ""))
            code = "request_in_progress" if statuses[0] == 409 else "x"
            return JSONResponse({"title": "t", "detail": "d", "code": code}, statuses.pop(0))

        routes = [Route("/api/v1/things", answer, methods=["GET", "POST"])]
        with served(Starlette(routes=routes), free_port()) as url:
            yield url, statuses, keys

    def test_sends_what_did_not_finish_again_with_the_same_key(self, served_api: Served) -> None:
        url, statuses, keys = served_api
        statuses += [504, 409, 503, 201]
        with closing(Api(url, tries=4)) as api:
            api.call("POST", "/things", json={})
        assert len(keys) == 4
        assert len(set(keys)) == 1
        assert keys[0]

    def test_gives_up_after_its_tries(self, served_api: Served) -> None:
        url, statuses, keys = served_api
        statuses += [504] * 4
        with closing(Api(url, tries=3)) as api, pytest.raises(ApiRefused, match="answered 504"):
            api.call("GET", "/things")
        assert len(keys) == 3

    def test_sends_nothing_again_unless_it_is_asked_to(self, served_api: Served) -> None:
        url, statuses, keys = served_api
        statuses += [504]
        with closing(Api(url)) as api, pytest.raises(ApiRefused):
            api.call("POST", "/things", json={})
        assert keys == [""]

    def test_takes_a_refusal_for_an_answer(self, served_api: Served) -> None:
        url, statuses, keys = served_api
        statuses += [422]
        with closing(Api(url, tries=3)) as api, pytest.raises(ApiRefused, match="answered 422"):
            api.call("POST", "/things", json={})
        assert len(keys) == 1
