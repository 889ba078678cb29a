"""The frame around every route: problem documents, limits, headers, the log line."""

import io
import json
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict

from mara.entrypoints.body_check import BODY_MAX
from mara.entrypoints.http import PUBLIC, USER, LambdaHandler, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.kernel.errors import Invalid, Unavailable
from mara.queues.model.known_queues import QUEUES
from mara.queues.model.known_schedules import SCHEDULES
from mara.users.model import Locale, Profile
from mara.wallets.model import Network
from mara.wiring.users import profile_service
from tests.support.accounts import make_account
from tests.support.events import CONTEXT, api_event, call

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/greetings"
PAINT = "/api/v1/paints"


class GreetingIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    password: str = ""


class Asleep(Unavailable):
    title = "Asleep"


class GrumpyPassword(Invalid):
    title = "Grumpy"
    fields = ("password",)


class GrumpyName(Invalid):
    title = "Grumpy"
    fields = ("name",)

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.also = (GrumpyPassword(detail),)


def paint() -> LambdaHandler:
    app = api(access=USER)

    @app.put(PAINT + "/{paint_id}")
    async def paint(paint_id: UUID, body: GreetingIn, limit: int, caller: Caller) -> dict[str, str]:
        return {"id": str(paint_id)}

    return lambda_handler(app)


def greet(failure: Exception | None = None) -> LambdaHandler:
    app = api(access=PUBLIC)

    @app.post(PATH)
    async def greet(body: GreetingIn) -> dict[str, str]:
        if failure:
            raise failure
        return {"greeting": body.name}

    return lambda_handler(app)


def secure_greet() -> LambdaHandler:
    app = api(access=USER)

    @app.get(PATH)
    async def greet_me(caller: Caller) -> dict[str, str]:
        return {"greeting": str(caller.user_id)}

    return lambda_handler(app)


class TestProblems:
    def test_a_wrong_field_is_named_and_no_value_is_repeated(self) -> None:
        body = {"name": 7, "pasword": "hunter2"}
        answer = call(greet(), "POST", PATH, body=body)
        assert answer.status == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert [e["pointer"] for e in answer.json["errors"]] == ["/name", "/pasword"]
        assert "hunter2" not in answer.text

    def test_a_bug_shows_nothing_and_is_logged_once_with_its_request_id(
        self, log: io.StringIO
    ) -> None:
        failure = RuntimeError("SELECT secret FROM table")
        answer = call(greet(failure), "POST", PATH, body={"name": "a"})
        assert answer.status == 500
        assert "SELECT" not in answer.text
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        assert [line["message"] for line in lines] == ["request_failed", "request"]
        assert {line["request_id"] for line in lines} == {answer.json["request_id"]}

    def test_a_dependency_that_is_down_says_when_to_come_back(self) -> None:
        answer = call(greet(Asleep("zzz")), "POST", PATH, body={"name": "a"})
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")

    def test_a_database_that_is_down_is_503_and_not_a_crash(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handler = greet()
        from mara.platform.database import disconnect

        disconnect()
        monkeypatch.setenv("MARA_DATABASE_URL", "postgresql://mara_app:x@127.0.0.1:9/mara")
        answer = call(handler, "POST", PATH, body={"name": "a"})
        assert (answer.status, answer.json["code"]) == (503, "database_unavailable")

    def test_all_errors_of_a_request_come_at_once_each_with_its_place(self) -> None:
        headers = make_account().headers
        answer = call(paint(), "PUT", f"{PAINT}/x", body={}, query={"lmit": "1"}, headers=headers)
        assert answer.status == 422
        pointers = [error["pointer"] for error in answer.json["errors"]]
        assert pointers == ["path:paint_id", "query:limit", "/name", "query:lmit"]

    def test_a_domain_error_names_its_field_and_those_beside_it(self) -> None:
        handler = greet(GrumpyName("Be polite."))
        answer = call(handler, "POST", PATH, body={"name": "x", "password": "y"})
        assert (answer.status, answer.json["code"]) == (422, "grumpy_name")
        assert [(e["pointer"], e["code"]) for e in answer.json["errors"]] == [
            ("/name", "grumpy_name"),
            ("/password", "grumpy_password"),
        ]

    @pytest.mark.parametrize("raw", ["{", "", "[]", "null", '"x"'])
    def test_a_body_that_is_no_object_is_422(self, raw: str) -> None:
        event = api_event("POST", PATH, headers={"content-type": "application/json"})
        event["body"] = raw
        response = greet()(event, CONTEXT)
        assert response["statusCode"] == 422

    def test_a_large_body_is_413(self) -> None:
        body = {"name": "x" * BODY_MAX}
        assert call(greet(), "POST", PATH, body=body).status == 413

    def test_another_media_type_is_415(self) -> None:
        headers = {"content-type": "text/xml"}
        answer = call(greet(), "POST", PATH, body={"name": "a"}, headers=headers)
        assert answer.status == 415


class TestLanguage:
    """The texts follow the reader; code and type never do."""

    def test_is_that_of_the_header(self) -> None:
        headers = {"accept-language": "ru-RU,en;q=0.5"}
        russian = call(greet(), "POST", PATH, body={}, headers=headers)
        english = call(greet(), "POST", PATH, body={})
        assert russian.headers["content-language"] == "ru"
        assert english.headers["content-language"] == "en"
        assert russian.json["title"] == "Запрос составлен неправильно"
        assert russian.json["errors"][0]["detail"] == "Обязательное поле"
        for name in ("type", "code", "status"):
            assert russian.json[name] == english.json[name]

    def test_is_else_that_of_the_profile(self) -> None:
        account = make_account()
        profile_service().update(account.principal, Profile(locale=Locale.RU))
        answer = call(secure_greet(), "GET", PATH, query={"x": "1"}, headers=account.headers)
        assert answer.json["errors"][0]["detail"] == "Такого поля здесь нет"
        headers = {**account.headers, "accept-language": "en"}
        answer = call(secure_greet(), "GET", PATH, query={"x": "1"}, headers=headers)
        assert answer.json["errors"][0]["detail"] == "Extra inputs are not permitted"

    def test_of_a_refusal_before_the_route_follows_the_header_too(self) -> None:
        answer = call(secure_greet(), "GET", PATH, headers={"accept-language": "ru"})
        assert (answer.status, answer.json["title"]) == (401, "Нужно войти")


class TestAccess:
    def test_needs_a_token(self) -> None:
        answer = call(secure_greet(), "GET", PATH)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")

    def test_knows_the_caller(self) -> None:
        account = make_account()
        answer = call(secure_greet(), "GET", PATH, headers=account.headers)
        assert answer.json == {"greeting": str(account.id)}

    def test_a_trailing_slash_is_the_same_route(self) -> None:
        account = make_account()
        answer = call(secure_greet(), "GET", PATH + "/", headers=account.headers)
        assert answer.status == 200

    def test_too_many_requests_are_429_and_say_when(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_REQUESTS_PER_MINUTE_USER", "5")
        account, handler = make_account(), secure_greet()
        statuses = [call(handler, "GET", PATH, headers=account.headers).status for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        last = call(handler, "GET", PATH, headers=account.headers)
        assert int(last.headers["retry-after"]) > 0
        other = make_account("boris")
        assert call(handler, "GET", PATH, headers=other.headers).status == 200


class TestHeaders:
    def test_security_headers_stand_on_errors_too(self) -> None:
        answer = call(greet(), "POST", PATH, body={})
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"] == "req-1"

    @pytest.mark.parametrize(
        ("origin", "allowed"), [("https://a.example", True), ("https://b.example", False)]
    )
    def test_cors_is_for_configured_origins_on_errors_too(
        self, origin: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_CORS_ORIGINS", "https://a.example, https://c.example")
        answer = call(greet(), "POST", PATH, body={}, headers={"origin": origin})
        assert answer.status == 422
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
        assert answer.headers["vary"] == "Origin"


class TestLogLine:
    def test_holds_ids_and_figures_and_nothing_of_what_was_said(self, log: io.StringIO) -> None:
        handler = greet()
        call(handler, "POST", PATH, body={"name": "Анна", "password": "tram-lantern"})
        output = log.getvalue()
        line: dict[str, Any] = json.loads(output.splitlines()[-1])
        assert {"request_id", "operation", "status", "duration_ms"} <= line.keys()
        assert "tram-lantern" not in output
        assert "Анна" not in output

    @pytest.mark.parametrize(
        "value",
        [
            *(
                "tram-lantern",
                "anna@example.com",
                "sk-live-0123456789",
                "eyJhbGciOiJI.eyJz",
                "tron ",
            ),
            *("Анна", "1" * 17, "١٢٣", "0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10x", "", "\n7"),
        ],
    )
    def test_shows_no_part_of_a_path_that_is_no_id(self, value: str, log: io.StringIO) -> None:
        assert path_logged(value, log) == "?"
        assert len(value) < 3 or value not in log.getvalue()

    @pytest.mark.parametrize(
        "value",
        [
            *("0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10", "0199F0A0-7C2E-7D4A-9A53-0C1F4B1E7A10"),
            *("-1001234567890", "7"),
        ],
    )
    def test_shows_ids(self, value: str, log: io.StringIO) -> None:
        assert path_logged(value, log) == value

    @pytest.mark.parametrize("name", [*Network, *SCHEDULES, *QUEUES])
    def test_shows_each_name_of_the_product(self, name: str, log: io.StringIO) -> None:
        assert path_logged(name, log) == name


def path_logged(value: str, log: io.StringIO) -> str:
    call(greet(), "POST", PATH, body={}, path_parameters={"agent_id": value})
    line: dict[str, Any] = json.loads(log.getvalue().splitlines()[-1])
    shown: str = line["path"]["agent_id"]
    return shown


def test_three_warm_calls_in_one_process_work() -> None:
    """Invariant 30, its first half."""
    account, handler = make_account(), secure_greet()
    for _ in range(3):
        assert call(handler, "GET", PATH, headers=account.headers).status == 200
