"""The webhook of bots answers the same with and without a web framework."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from functions.api.telegram.receive_update import handler as function
from mara.entrypoints.body_check import BodyLimit
from mara.entrypoints.http import LambdaHandler, Replay, lambda_handler
from mara.kernel.errors import Unavailable
from mara.telegram import errors
from mara.telegram.model.update import SECRET_HEADER, UPDATE_BYTES_MAX
from tests.support.events import CONTEXT, api_event

ID = "0190b3a2-7c11-7def-8a44-0123456789ab"
WEBHOOK = "/api/v1/telegram/webhook"
BODY = json.dumps({"update_id": 7, "message": {"chat": {"id": -100}, "text": "ы \x00"}}).encode()
Event = dict[str, Any]


class Reception:
    """Notes what it is given, and answers what a test says."""

    def __init__(self) -> None:
        self.seen: list[tuple[UUID, str, bytes]] = []
        self.outcome: bool | Exception = True

    def receive(self, config_id: UUID, secret: str, body: bytes) -> bool:
        self.seen.append((config_id, secret, body))
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def reception(monkeypatch: pytest.MonkeyPatch) -> Reception:
    made = Reception()
    monkeypatch.setattr(function, "update_reception_service", lambda: made)
    return made


@pytest.fixture(scope="module")
def described() -> LambdaHandler:
    """The same function, each of whose requests FastAPI answers."""
    route = function.direct
    return lambda_handler(route.app(), body_limit=BodyLimit(route.body_max), media_types=())


def event(path: str = f"{WEBHOOK}/{ID}", method: str = "POST", **parts: Any) -> Event:
    headers = {SECRET_HEADER: "secret", "content-type": "application/json"}
    return api_event(
        method, path, **{"raw": BODY, "headers": headers, **parts}, path_parameters=None
    )


def many(event: Event, name: str, *values: str) -> Event:
    event["multiValueHeaders"][name] = list(values)
    return event


REQUESTS: dict[str, Callable[[], Event]] = {
    "usual": event,
    "slash": lambda: event(f"{WEBHOOK}/{ID}/"),
    "text body": lambda: {**event(), "body": BODY.decode(), "isBase64Encoded": False},
    "lone surrogate": lambda: {**event(), "body": '{"t": "\ud800"}', "isBase64Encoded": False},
    "no body": lambda: {**event(), "body": None, "isBase64Encoded": False},
    "no headers": lambda: event(headers={}),
    "header in capitals": lambda: event(headers={SECRET_HEADER.upper(): "s"}),
    "two secrets": lambda: many(event(), SECRET_HEADER, "a", "b"),
    "only many headers": lambda: {**event(), "headers": None},
    "Russian": lambda: event(headers={SECRET_HEADER: "s", "accept-language": "ru"}),
    "a form": lambda: event(headers={SECRET_HEADER: "s", "content-type": "text/plain"}),
    "upper case id": lambda: event(f"{WEBHOOK}/{ID.upper()}"),
    "id without dashes": lambda: event(f"{WEBHOOK}/{ID.replace('-', '')}"),
    "escaped id": lambda: event(f"{WEBHOOK}/%30{ID[1:]}"),
    "no id": lambda: event(f"{WEBHOOK}/x"),
    "long path": lambda: event(f"{WEBHOOK}/{ID}/more"),
    "line feed after the id": lambda: event(f"{WEBHOOK}/{ID}\n"),
    "query": lambda: event(query={"a": "1"}),
    "too large": lambda: event(raw=b"x" * UPDATE_BYTES_MAX),
    "not base64": lambda: {**event(), "body": "a"},
    **{name: partial(event, method=name) for name in ("GET", "HEAD", "OPTIONS", "PUT")},
}
OUTCOMES = [
    True,
    False,
    errors.BotConfigNotFound("Check the id."),
    errors.BotDisconnected("Send no more updates."),
    errors.WrongWebhookSecret("Send the secret that setWebhook was given."),
    errors.MalformedUpdate("Send an update_id."),
    Unavailable("Later."),
    RuntimeError("a defect"),
]


def answer(handler: LambdaHandler, sent: Event) -> Any:
    response = handler(sent, CONTEXT)
    # API Gateway sets it; the framework does so too.
    response["headers"].pop("content-length", None)
    return response


class TestFunction:
    @pytest.mark.parametrize("outcome", OUTCOMES, ids=str)
    @pytest.mark.parametrize("name", REQUESTS)
    def test_answers_as_it_is_described(
        self, name: str, outcome: Any, reception: Reception, described: LambdaHandler
    ) -> None:
        """Read the first of two secrets, or answer a GET without the framework, to see it fail."""
        reception.outcome = outcome
        direct = answer(function.handler, REQUESTS[name]())
        seen, reception.seen = reception.seen, []
        assert direct == answer(described, REQUESTS[name]())
        assert seen == reception.seen

    def test_stores_a_lone_surrogate_as_a_replacement_character(self, reception: Reception) -> None:
        assert answer(function.handler, REQUESTS["lone surrogate"]())["statusCode"] == 200
        assert [body for *_, body in reception.seen] == ['{"t": "\ufffd"}'.encode()]

    def test_has_the_name_of_its_description(self) -> None:
        app = function.direct.app()
        assert (app.operation, app.replay) == (function.direct.operation, Replay.NOTHING)
        assert [(route.path, route.methods) for route in app.api_routes] == [
            (function.direct.path, {"POST"})
        ]

    def test_answers_a_usual_request_without_the_framework(
        self, reception: Reception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: object) -> None:
            raise AssertionError("FastAPI was loaded")

        handler = replace(function.direct, describe=fail).lambda_handler()
        assert handler(event(), CONTEXT)["statusCode"] == 200
        assert handler(event(query={"a": "1"}), CONTEXT)["statusCode"] == 503


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The log of expected failures is not shown."""
    yield
    caplog.clear()
