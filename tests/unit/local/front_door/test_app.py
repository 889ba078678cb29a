"""What the front door forwards, in which form, and what it answers itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.front_door.bodies import BODY_MAX
from infra.local.front_door.headers import HEADERS_MAX
from infra.local.front_door.slots import Slots
from infra.local.openapi import TARGET as OPENAPI_FILE
from mara.entrypoints.body_check import LARGE_DELIVERY, LARGE_FILE
from tests.support.front_door import ORIGIN, SECRET, NotingEmulator, door_before, write_gateway
from tests.support.loops import run_async

Play = Callable[[httpx.AsyncClient], Coroutine[Any, Any, httpx.Response]]
PROBLEM = "application/problem+json"


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    return write_gateway(tmp_path / "gateway.json")


@pytest.fixture
def emulator() -> NotingEmulator:
    return NotingEmulator()


def play(emulator: NotingEmulator, gateway: Path, story: Play, **settings: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with door_before(emulator, gateway, **settings) as client:
            return await story(client)

    return run_async(run())


def send(
    emulator: NotingEmulator, gateway: Path, method: str, path: str, **parts: Any
) -> httpx.Response:
    return play(emulator, gateway, lambda client: client.request(method, path, **parts))


def documented_headers() -> list[str]:
    """Request headers of the OpenAPI document: parameters of operations, and API keys."""
    document = json.loads(OPENAPI_FILE.read_text("utf-8"))
    operations = [
        operation
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    ]
    parameters = [
        *(parameter for found in operations for parameter in found.get("parameters", ())),
        *document["components"]["securitySchemes"].values(),
    ]
    return sorted({found["name"].lower() for found in parameters if found.get("in") == "header"})


class TestForwarding:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_keeps_method_path_query_body_and_repeated_headers(
        self, emulator: NotingEmulator, gateway: Path, slash: str
    ) -> None:
        answer = send(emulator, gateway, "POST", f"/api/v1/auth/login{slash}?a=1", content=b"{}")
        ((method, path, _, body),) = emulator.requests
        base = "/_aws/execute-api/api1/local"
        assert (method, path, body) == ("POST", f"{base}/api/v1/auth/login{slash}", b"{}")
        assert answer.headers.get_list("set-cookie") == ["a=1", "b=2"]

    @pytest.mark.parametrize(
        "forged",
        [
            {"x-forwarded-for": "203.0.113.9"},
            {"X-Forwarded-Host": "evil.example"},
            {"Forwarded": "for=203.0.113.9"},
            {"x-amz-target": "DynamoDB_20120810.ListTables"},
            {"x-mara-front-door": "guess"},
            {"authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/x/lambda/aws4_request"},
            {"host": "mara-local-documents.s3.localhost"},
        ],
    )
    def test_replaces_what_a_client_could_forge(
        self, emulator: NotingEmulator, gateway: Path, forged: dict[str, str]
    ) -> None:
        send(emulator, gateway, "GET", "/api/v1/health", headers=forged)
        ((_, _, headers, _),) = emulator.requests
        assert headers["x-forwarded-for"] == ["127.0.0.1"]
        assert headers["x-mara-front-door"] == [SECRET]
        assert headers["host"] == ["127.0.0.1:1"]
        assert not set(forged.values()) & {value for found in headers.values() for value in found}

    @pytest.mark.parametrize("name", documented_headers())
    def test_keeps_each_header_that_the_api_documents(
        self, emulator: NotingEmulator, gateway: Path, name: str
    ) -> None:
        send(emulator, gateway, "GET", "/api/v1/health", headers={name: "sent"})
        ((_, _, headers, _),) = emulator.requests
        assert headers[name.lower()] == ["sent"]

    def test_keeps_the_credentials_of_the_api(
        self, emulator: NotingEmulator, gateway: Path
    ) -> None:
        sent = {"authorization": "Bearer t", "x-api-key": "k", "idempotency-key": "i"}
        send(emulator, gateway, "GET", "/api/v1/agents/a1", headers=sent)
        ((_, _, headers, _),) = emulator.requests
        assert {name: headers[name] for name in sent} == {k: [v] for k, v in sent.items()}


class TestRefusals:
    @pytest.mark.parametrize(
        ("request_line", "status", "code"),
        [
            ("GET /", 404, "route_not_found"),
            ("POST /", 404, "route_not_found"),
            ("GET /api/v1/agents/a%2fb", 400, "bad_target"),
            ("GET /api/v1/health?a=" + "b" * 9000, 400, "bad_target"),
            ("POST /api/v1/health", 405, "method_not_allowed"),
            ("HEAD /api/v1/health", 405, None),
            ("TRACE /api/v1/health", 405, "method_not_allowed"),
            ("PROPFIND /nowhere", 405, "method_not_allowed"),
        ],
    )
    def test_are_problem_documents_and_reach_nothing(
        self,
        emulator: NotingEmulator,
        gateway: Path,
        request_line: str,
        status: int,
        code: str | None,
    ) -> None:
        answer = send(emulator, gateway, *request_line.split(" "))
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
        assert ("allow" in answer.headers) == (status == 405)
        assert answer.headers["x-content-type-options"] == "nosniff"
        if code is not None:
            problem = answer.json()
            assert (problem["code"], problem["status"]) == (code, status)
            assert problem["type"].endswith(code.replace("_", "-"))
            assert problem["request_id"] == answer.headers["x-request-id"]
        assert emulator.requests == []

    def test_name_the_methods_that_the_path_has(
        self, emulator: NotingEmulator, gateway: Path
    ) -> None:
        answer = send(emulator, gateway, "DELETE", "/api/v1/auth/login")
        assert answer.headers["allow"] == "OPTIONS, POST"

    def test_can_be_read_by_a_page_of_an_allowed_origin_only(
        self, emulator: NotingEmulator, gateway: Path
    ) -> None:
        large = b"x" * (BODY_MAX + 1)
        for origin, allowed in ((ORIGIN, ORIGIN), ("https://evil.example", None)):
            sent = {"origin": origin}
            answer = send(
                emulator, gateway, "POST", "/api/v1/auth/login", content=large, headers=sent
            )
            assert answer.status_code == 413
            assert answer.headers.get("access-control-allow-origin") == allowed
            assert answer.headers["vary"] == "Origin"

    @pytest.mark.parametrize(
        ("path", "advice"),
        [
            ("auth/login", "accept less."),
            ("documents/upload", LARGE_FILE),
            ("alerts/intake/0199f0a0-7c2e-7d4a-9a53-0c1f4b1e7a10", LARGE_DELIVERY),
        ],
    )
    def test_of_a_large_body_advise_what_fits_the_route(
        self, emulator: NotingEmulator, gateway: Path, path: str, advice: str
    ) -> None:
        large = b"x" * (BODY_MAX + 1)
        answer = send(emulator, gateway, "POST", f"/api/v1/{path}", content=large)
        assert answer.json()["detail"].endswith(advice)

    def test_of_headers_that_are_too_large(self, emulator: NotingEmulator, gateway: Path) -> None:
        sent = {"x-big": "a" * HEADERS_MAX}
        answer = send(emulator, gateway, "GET", "/api/v1/health", headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (431, "headers_too_large")

    @pytest.mark.parametrize(
        "headers",
        [
            [("content-length", "2"), ("transfer-encoding", "chunked")],
            [("content-length", "2"), ("content-length", "2")],
            [("transfer-encoding", "chunked"), ("transfer-encoding", "identity")],
        ],
    )
    def test_of_a_body_whose_end_is_unclear(
        self, emulator: NotingEmulator, gateway: Path, headers: list[tuple[str, str]]
    ) -> None:
        answer = send(
            emulator, gateway, "POST", "/api/v1/auth/login", headers=headers, content=b"{}"
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")
        assert answer.headers["connection"] == "close"
        assert emulator.requests == []

    def test_of_a_body_that_does_not_arrive(self, emulator: NotingEmulator, gateway: Path) -> None:
        async def half() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

        answer = play(
            emulator,
            gateway,
            lambda client: client.post("/api/v1/auth/login", content=half()),
            body_timeout_s=0.05,
        )
        assert (answer.status_code, answer.json()["code"]) == (408, "request_timeout")

    def test_while_nothing_is_deployed(self, emulator: NotingEmulator, tmp_path: Path) -> None:
        answer = send(emulator, tmp_path / "none.json", "GET", "/api/v1/health")
        assert (answer.status_code, answer.json()["code"]) == (503, "starting")
        assert int(answer.headers["retry-after"]) > 0

    def test_while_too_many_requests_run(self, emulator: NotingEmulator, gateway: Path) -> None:
        slots = Slots(per_route=0, waiting_max=0)
        answer = play(emulator, gateway, lambda client: client.get("/api/v1/health"), slots=slots)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer.headers["retry-after"]) > 0


class TestTheEmulatorItself:
    @pytest.mark.parametrize(
        ("status", "seen", "code"),
        [
            (403, 403, "access_denied"),
            (404, 404, "route_not_found"),
            (429, 429, "too_many_requests"),
            (500, 502, "function_failed"),
            (502, 502, "function_failed"),
            (504, 504, "gateway_timeout"),
            (200, 502, "function_failed"),
        ],
    )
    def test_is_not_shown_to_clients(
        self, emulator: NotingEmulator, gateway: Path, status: int, seen: int, code: str
    ) -> None:
        emulator.status, emulator.is_of_a_function = status, False
        answer = send(emulator, gateway, "GET", "/api/v1/health", headers={"origin": ORIGIN})
        assert (answer.status_code, answer.json()["code"]) == (seen, code)
        assert answer.headers["access-control-allow-origin"] == ORIGIN

    def test_that_is_gone_makes_502_and_one_that_hangs_504(self, gateway: Path) -> None:
        for failure, status, code in (
            (httpx.ConnectError("refused"), 502, "gateway_unreachable"),
            (httpx.ReadTimeout("slow"), 504, "gateway_timeout"),
        ):

            async def fail(*_: Any, error: Exception = failure) -> None:
                raise error

            answer = send(fail, gateway, "GET", "/api/v1/health")  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["code"]) == (status, code)


class TestRoot:
    @pytest.mark.parametrize(
        "accept", ["text/html", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "TEXT/HTML;q=1"]
    )
    def test_leads_a_browser_to_the_documentation(
        self, emulator: NotingEmulator, gateway: Path, accept: str
    ) -> None:
        answer = send(emulator, gateway, "GET", "/", headers={"accept": accept})
        assert (answer.status_code, answer.headers["location"]) == (307, "/docs")

    @pytest.mark.parametrize("accept", ["*/*", "application/json", "", "text/htmlx"])
    def test_is_a_problem_document_for_everyone_else(
        self, emulator: NotingEmulator, gateway: Path, accept: str
    ) -> None:
        answer = send(emulator, gateway, "GET", "/", headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, PROBLEM)
