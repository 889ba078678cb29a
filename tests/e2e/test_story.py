"""The story on the deployed stack: API Gateway, Lambda, S3, SQS and PostgreSQL."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from infra.local.log_events import PAGE_MAX
from infra.local.seed_plans import UNLIMITED
from infra.quality.forms import FORMS
from tests.support.knowledge import data_folder
from tests.support.local_cloud import LocalCloud, ok, until
from tests.support.retrieval import alerts
from tests.support.story import ANSWER, RUNBOOK, Customer, assert_is_answered

RIGHT_FIRST_MIN = 0.93


class TestMainPath:
    def test_a_new_customer_gets_a_cited_answer_and_an_honest_refusal(
        self, somebody: Customer
    ) -> None:
        document_id = somebody.upload()
        somebody.wait_until_ready(document_id)
        agent_id = somebody.create_agent()
        assert_is_answered(somebody.ask(agent_id), document_id)
        refusal = somebody.ask(agent_id, "Сколько стоит билет в Большой театр?")
        assert (refusal["status"], refusal["citations"]) == ("not_in_documents", [])
        assert refusal["usage"]["price"] == "0.000000"

    def test_a_file_sent_past_the_api_is_verified_and_read(self, somebody: Customer) -> None:
        document_id = somebody.upload_by_form(RUNBOOK)
        somebody.wait_until_ready(document_id)
        assert_is_answered(somebody.ask(somebody.create_agent()), document_id)

    def test_a_deleted_document_answers_nothing_and_is_gone(self, somebody: Customer) -> None:
        document_id = somebody.upload()
        somebody.wait_until_ready(document_id)
        agent_id = somebody.create_agent()
        assert somebody.call("DELETE", f"/documents/{document_id}").status_code == 204
        assert somebody.ask(agent_id)["status"] == "not_in_documents"
        assert somebody.call("GET", f"/documents/{document_id}").status_code == 404

    def test_a_new_version_replaces_the_old_one(self, somebody: Customer) -> None:
        first = somebody.upload()
        somebody.wait_until_ready(first)
        changed = RUNBOOK.replace("14 дней", "30 дней")
        second = somebody.upload(changed, replaces=first)
        somebody.wait_until_ready(second)
        found = ok(somebody.call("POST", "/documents/search", json={"query": "архивы старше"}))
        assert {hit["document_id"] for hit in found["items"]} == {second}
        assert not any(ANSWER in hit["text"] for hit in found["items"])

    def test_strangers_see_nothing_of_it(self, stack: LocalCloud, somebody: Customer) -> None:
        document_id = somebody.upload()
        somebody.wait_until_ready(document_id)
        stranger = Customer(stack.url)
        stranger.register()
        stranger.log_in()
        assert stranger.call("GET", f"/documents/{document_id}").status_code == 404
        found = ok(stranger.call("POST", "/documents/search", json={"query": "архивы"}))
        assert found["items"] == []


class TestJudging:
    def test_feedback_gates_what_answers(self, somebody: Customer) -> None:
        somebody.wait_until_ready(somebody.upload())
        agent_id = somebody.create_agent()
        answer = somebody.ask(agent_id)
        path = f"/agents/{agent_id}"
        ok(
            somebody.call(
                "POST", f"{path}/answers/{answer['answer_id']}/feedback", json={"helped": True}
            )
        )
        replayed = ok(somebody.call("GET", f"{path}/answers/{answer['answer_id']}"))
        assert ANSWER in replayed["retrieval"][0]["text"]
        ok(somebody.call("PUT", f"{path}/gate", json={"min_score": 0.9}))
        settings = {"name": "Changed", "instructions": "Be brief."}
        changed = ok(somebody.call("PUT", path, json=settings))
        assert (changed["version"], changed["published_version"]) == (2, 1)
        publish = {"json": {"version": 2}}
        assert somebody.call("POST", f"{path}/publish", **publish).status_code == 409
        assert ok(somebody.call("POST", f"{path}/evaluations", json={}))["score"] == 1.0
        assert ok(somebody.call("POST", f"{path}/publish", **publish))["published_version"] == 2


class TestLanguageModel:
    def test_writes_the_answer_or_leaves_the_quotes(self, somebody: Customer) -> None:
        """The model that comes along is too small to be relied on for more than this."""
        document_id = somebody.upload()
        somebody.wait_until_ready(document_id)
        settings = {"name": "Writes", "mode": "generate", "language": "en"}
        agent_id = ok(somebody.call("POST", "/agents", json=settings))["id"]
        answers = []

        def model_has_answered() -> bool:
            """Whether the last answer came within the deadline, which a busy machine exceeds."""
            answers.append(somebody.ask(agent_id, "What do I do if the queue of receipts grows?"))
            assert answers[-1]["status"] in {"answered", "quotes_only", "not_in_documents"}
            return bool(answers[-1]["usage"]["output_tokens"] > 0)

        until("the model answers within its deadline", model_has_answered, timeout_s=180)
        for citation in answers[-1]["citations"]:
            assert citation["document_id"] == document_id

    def test_tells_what_a_document_is_about(self, somebody: Customer) -> None:
        document_id = somebody.upload()
        somebody.wait_until_ready(document_id)
        path = f"/documents/{document_id}"
        assert somebody.call("POST", f"{path}/analyze").status_code == 202
        until(
            "the analysis is ready",
            lambda: ok(somebody.call("GET", path))["analysis"]["state"] == "ready",
            timeout_s=120,
        )
        analysis = ok(somebody.call("GET", path))["analysis"]
        assert analysis["summary"]
        assert analysis["method"] in {"model", "extractive"}
        assert analysis["language"] == "ru"


@pytest.mark.parametrize(
    "pattern",
    [
        "runbooks.pdf",
        *(
            pytest.param(pattern, marks=pytest.mark.proof)
            for pattern in ("runbooks.docx", "runbooks.xlsx", "runbooks/**/*.md")
        ),
    ],
)
class TestRealRunbooks:
    def test_the_right_one_is_cited_first_for_real_alerts(
        self, stack: LocalCloud, somebody: Customer, pattern: str
    ) -> None:
        ok(somebody.call("POST", "/subscriptions", json={"plan": UNLIMITED}))
        folder = data_folder("runbooks-dev")
        for path in sorted(folder.glob(pattern)):
            files = {"file": (path.name, path.read_bytes())}
            somebody.wait_until_ready(
                ok(somebody.call("POST", "/documents/upload", files=files))["id"]
            )
        agent_id = somebody.create_agent()
        asked = alerts(folder)
        right = 0
        for alert in asked:
            answer = somebody.ask(agent_id, FORMS["lines"](alert))
            if answer["citations"]:
                right += _is_right(answer["citations"][0], alert.runbook)
        assert right / len(asked) >= RIGHT_FIRST_MIN


def _is_right(citation: Any, runbook: str | None) -> bool:
    return citation["filename"] == f"{runbook}.md" or runbook in citation["place"]["headings"]


class TestFrontDoor:
    def test_serves_the_documentation(self, stack: LocalCloud) -> None:
        for path in ("/docs", "/redoc", "/docs/swagger-ui-bundle.js", "/docs/redoc.js"):
            answer = httpx.get(stack.url + path, trust_env=False, timeout=60)
            assert answer.status_code == 200, path
        document = httpx.get(f"{stack.url}/openapi.json", trust_env=False, timeout=60).json()
        assert document["openapi"].startswith("3.1")

    def test_shows_an_icon_in_the_documentation(self, stack: LocalCloud) -> None:
        page = httpx.get(f"{stack.url}/docs", trust_env=False, timeout=60).text
        icon = page.partition('<link rel="icon" href="data:image/png;base64,')[2].partition('"')[0]
        assert base64.b64decode(icon).startswith(b"\x89PNG\r\n")

    def test_answers_an_unknown_route_with_a_problem(self, stack: LocalCloud) -> None:
        answer = httpx.get(f"{stack.url}/api/v1/nothing", trust_env=False, timeout=60)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["/api/v1/agents", "/api/v1/documents/upload", "/api/v1/none"])
    def test_answers_a_preflight_of_a_configured_origin(self, stack: LocalCloud, path: str) -> None:
        headers = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
        answer = httpx.options(stack.url + path, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
        assert "POST" in answer.headers["access-control-allow-methods"]

    def test_both_spellings_of_a_list_answer(self, somebody: Customer) -> None:
        assert ok(somebody.call("GET", "/agents")) == ok(somebody.call("GET", "/agents/"))

    def test_is_ready(self, stack: LocalCloud) -> None:
        def ready() -> bool:
            url = f"{stack.url}/api/v1/health/ready"
            return httpx.get(url, trust_env=False, timeout=60).status_code == 200

        until("every dependency answers", ready)

    def test_sets_two_cookies_at_login(self, stack: LocalCloud, somebody: Customer) -> None:
        credentials = somebody._credentials()
        with httpx.Client(base_url=f"{stack.url}/api/v1", trust_env=False, timeout=60) as browser:
            login = browser.post("/auth/login", json=credentials)
            assert len(login.headers.get_list("set-cookie")) == 2
            csrf = login.cookies["mara_csrf"]
            assert browser.post("/auth/refresh").status_code == 403
            assert browser.post("/auth/refresh", headers={"x-csrf-token": csrf}).status_code == 200

    def test_an_upload_too_large_for_lambda_names_the_other_way(self, somebody: Customer) -> None:
        files = {"file": ("large.txt", b"x" * 4_500_000)}
        answer = somebody.call("POST", "/documents/upload", files=files)
        assert answer.status_code == 413
        assert "sha256" in answer.json()["detail"]
        assert "4500000 bytes" in answer.json()["detail"]

    def test_an_alert_may_be_signed(self, stack: LocalCloud, somebody: Customer) -> None:
        made = {"name": "Monitoring", "agent_id": somebody.create_agent()}
        intake = ok(somebody.call("POST", "/alerts/intakes", json=made))
        body = b'{"title": "DiskAlmostFull"}'
        digest = hmac.digest(intake["secret"].encode(), body, hashlib.sha256).hex()
        path, signed = f"/alerts/intake/{intake['id']}", {"x-mara-signature": f"sha256={digest}"}
        url = f"{stack.url}/api/v1{path}"
        answer = httpx.post(url, content=body, headers=signed, trust_env=False, timeout=60)
        assert answer.status_code == 202


class TestLogs:
    def test_are_found_by_the_id_of_a_request(self, stack: LocalCloud) -> None:
        """Though there are more events than one answer of the emulator gives."""
        group, stream = "/mara/local", "of-a-test"
        logs = stack.client("logs")
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        line: dict[str, Any] = {"timestamp": int(time.time() * 1000), "message": "{}"}
        for amount in (PAGE_MAX - 1, 2):
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[line] * amount)
            line["timestamp"] += 1
        answer = httpx.get(f"{stack.url}/api/v1/health", trust_env=False, timeout=60)
        request_id = answer.headers["x-request-id"]

        def logged() -> bool:
            run = stack.run("logs", "--since", "15", "--no-follow", "--request", request_id)
            assert run.returncode == 0, run.stderr
            lines = run.stdout.splitlines()
            return any("check_health" in line and "INFO     request " in line for line in lines)

        until("the request is in the log", logged)


class TestRedeploy:
    def test_without_a_change_deploys_nothing_and_keeps_the_address(
        self, stack: LocalCloud, somebody: Customer
    ) -> None:
        before = stack.deployed()
        assert stack.run("redeploy").returncode == 0
        assert stack.deployed() == before
        assert somebody.call("GET", "/users/me/profile").status_code == 200


class TestSecrets:
    def test_none_stands_in_any_log(self, stack: LocalCloud, somebody: Customer) -> None:
        agent_id = somebody.create_agent()
        somebody.ask(agent_id, "tram-lantern-unique-question")
        in_a_path = "tram-lantern-in-a-path"
        assert somebody.call("GET", f"/agents/{in_a_path}?token={in_a_path}").status_code == 422
        assert somebody.call("GET", f"/no-route/{in_a_path}").status_code == 404
        secrets = json.loads((stack.home / "secrets.json").read_text("utf-8"))
        assert (stack.home / "secrets.json").stat().st_mode & 0o077 == 0
        logs = "\n".join(stack.log_lines())
        assert agent_id in logs
        for secret in (
            *secrets.values(),
            somebody.token,
            "tram-lantern-unique-question",
            in_a_path,
        ):
            assert secret not in logs
