"""Waiting for what the API does by itself."""

from typing import Any

import pytest

from infra.local import api_client
from infra.local.api_client import Api, ApiRefused, wait_for


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
