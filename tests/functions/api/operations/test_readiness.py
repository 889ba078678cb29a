"""GET /health/ready through the function itself: the checks, who learns more, and what hangs."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import boto3
import pytest

from functions.api.operations.check_health.handler import handler as check_health
from functions.api.operations.check_readiness.handler import handler as check_readiness
from mara.entrypoints import operators
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.operations.adapters.probes import HttpProbe, KeyProbe
from mara.operations.model import Observation, ProbeState
from mara.operations.service.health import HealthService
from mara.platform import kms
from mara.platform.database import connection, disconnect, transaction
from mara.platform.settings.telegram import telegram_settings
from mara.wallets.model import Network
from mara.wiring.operations import health_service
from tests.support.accounts import make_account
from tests.support.aws import aws_of_moto
from tests.support.cloud import storage_and_queues
from tests.support.environment import SCRAPE_TOKEN
from tests.support.events import Answer, call
from tests.support.ports import free_port
from tests.support.watching import leave_failure, leave_scan

PATH = "/api/v1/health/ready"
URL = "https://rpc.example/v2/k-4711-secret"
SOON, LONG = timedelta(seconds=30), timedelta(minutes=10)
SCRAPE = {"authorization": f"Bearer {SCRAPE_TOKEN}"}
AT_MOST_S = 2.0
LATEST_S = 5.0
"""Far below what a token is looked up for in the test that uses it: 10 s."""
CHECKS = ("database", "storage", "queues", "index", "telegram")
AGES = ("lag_s", "seconds_since_step", "seconds_since_block", "seconds_closing")
pytestmark = pytest.mark.usefixtures("database", "cloud", "telegram")


class Found(BaseHTTPRequestHandler):
    """Answers as the root of the Bot API does."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@contextmanager
def answering() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Found)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def hanging() -> Iterator[str]:
    """A server that takes connections and says nothing; its host and port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def cloud() -> Iterator[None]:
    with storage_and_queues():
        yield


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with answering() as url:
        look_at(monkeypatch, MARA_TELEGRAM_API_URL=url)
        yield
    look_at(monkeypatch)


def look_at(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Begin a new process, as far as these settings go."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    telegram_settings.cache_clear()
    health_service.cache_clear()


def turn_on(monkeypatch: pytest.MonkeyPatch, *networks: Network) -> None:
    on = {network: {"urls": [URL], "headers": {"key": "k-4712"}} for network in networks}
    monkeypatch.setenv("MARA_CHAINS", json.dumps(on))


def ask(headers: dict[str, str] | None = None) -> Answer:
    return call(check_readiness, "GET", PATH, headers=headers or {})


def states(answer: Answer) -> dict[str, str]:
    return {name: check["state"] for name, check in answer.json["checks"].items()}


def service(
    probe: Callable[[], Observation], *, chains: Callable[[], Any] = tuple, networks: Any = ()
) -> HealthService:
    class Probe:
        name = "database"

        def check(self) -> Observation:
            return probe()

    return HealthService([Probe()], networks, chains, time_limit_s=0.3)


class TestReady:
    def test_is_so_where_all_answer_and_no_chain_is_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch)
        answer = ask()
        assert (answer.status, answer.json["status"]) == (200, "ready")
        assert states(answer) == dict.fromkeys(CHECKS, "up")

    def test_is_so_where_the_chains_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_scan(Network.ARBITRUM, age=SOON)
        answer = ask(SCRAPE)
        assert states(answer)["chain-arbitrum"] == "up"
        (chain,) = answer.json["chains"]
        ages = [chain.pop(name) for name in AGES]
        assert all(30 <= age <= 60 for age in ages)
        assert chain == {
            "network": "arbitrum",
            "state": "current",
            "closed_block": 100,
            "head_block": 120,
            "latest_block": 120,
            "lag_blocks": 0,
            "last_range": {"first": 101, "last": 120},
            "blocks_per_scan": 50,
            "gap_blocks": 0,
            "broken_at": None,
            "providers": 1,
            "deposits_waiting": 0,
            "unreadable_events": 0,
            "recent_failures": [],
        }
        assert answer.json["status"] == "ready"


class TestWhoLearnsMore:
    """Anybody gets states; operators get latencies, details and chains."""

    def test_is_the_monitoring_system_and_the_superuser(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch)
        for headers in (SCRAPE, make_account("root", Role.SUPERUSER).headers):
            answer = ask(headers)
            assert answer.json["chains"] == []
            checks = answer.json["checks"]
            assert tuple(checks) == CHECKS
            assert all(set(one) == {"state", "latency_ms", "detail"} for one in checks.values())
            assert checks["queues"]["detail"].startswith("oldest work: ")
            assert checks["database"]["latency_ms"] > 0

    def test_is_no_one_else(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_failure(Network.ARBITRUM, "arbitrum-1", age=SOON)
        others = [make_account("admin", Role.ADMIN).headers, make_account("anna").headers]
        for headers in (None, {"authorization": "Bearer x"}, {"authorization": "?"}, *others):
            answer = ask(headers)
            assert answer.status == 200
            assert set(answer.json) == {"status", "checks"}
            assert {tuple(check) for check in answer.json["checks"].values()} == {("state",)}

    def test_is_not_waited_for_where_the_token_cannot_be_looked_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        over = threading.Event()
        monkeypatch.setattr(operators, "identify", lambda *_: over.wait(10))
        began = time.monotonic()
        answer = ask({"authorization": "Bearer mara_unknown"})
        over.set()
        assert time.monotonic() - began < LATEST_S
        assert answer.status == 200
        assert all(check.keys() == {"state"} for check in answer.json["checks"].values())

    def test_learns_no_address_and_no_name_of_a_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What fails says its type: the words of its error name hosts."""
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_scan(Network.ARBITRUM, age=SOON)
        leave_failure(Network.ARBITRUM, f"arbitrum-1: bad key at {URL}", age=SOON)
        port = free_port()
        gone = f"http://127.0.0.1:{port}"
        look_at(monkeypatch, MARA_TELEGRAM_API_URL=gone, MARA_OLLAMA_URL=gone)
        for headers in (SCRAPE, None):
            answer = ask(headers)
            found = states(answer)
            assert (found["telegram"], found["model"]) == ("down", "down")
            secrets = ("rpc.example", "4711", "4712", "127.0.0.1", str(port), "mara-test")
            assert not [secret for secret in secrets if secret in answer.text]
        detail = ask(SCRAPE).json
        assert detail["checks"]["model"]["detail"] == "ConnectionRefusedError"
        (failure,) = detail["chains"][0]["recent_failures"]
        assert failure.pop("at")
        assert failure == {"provider": "arbitrum-1", "kind": "unavailable"}


class TestDegraded:
    """The API serves, so the status is 200, and says what does not go as it should."""

    def test_is_so_where_a_chain_lags(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.ARBITRUM, Network.TRON)
        leave_scan(Network.ARBITRUM, age=SOON)
        leave_scan(Network.TRON, age=LONG, latest=130, head=110)
        answer = ask(SCRAPE)
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert (states(answer)["chain-arbitrum"], states(answer)["chain-tron"]) == (
            "up",
            "degraded",
        )
        assert answer.json["checks"]["chain-tron"]["detail"] == "lagging"
        assert answer.json["chains"][1]["lag_blocks"] == 20

    def test_is_so_where_a_chain_was_never_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.APTOS)
        answer = ask(SCRAPE)
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        (chain,) = answer.json["chains"]
        assert (chain["state"], chain["closed_block"], chain["lag_s"]) == ("unread", None, None)

    def test_is_so_where_the_chains_cannot_be_looked_at_in_time(self) -> None:
        released = threading.Event()

        def hang() -> Any:
            released.wait(20)
            return ()

        found = service(Observation, chains=hang, networks=[Network.TRON]).check()
        released.set()
        assert (found.status, found.chains) == ("degraded", None)
        assert found.findings[-1].name == "chain-tron"
        assert found.findings[-1].state is ProbeState.TIMED_OUT

    def test_is_not_so_for_a_chain_that_is_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch)
        leave_scan(Network.TRON, age=LONG)
        assert ask().json["status"] == "ready"

    def test_is_so_where_a_dependency_other_than_the_database_is_down(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch)
        monkeypatch.setenv("MARA_BUCKET", "mara-nowhere")
        answer = ask()
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        assert states(answer) == {**dict.fromkeys(CHECKS, "up"), "storage": "down"}

    def test_is_so_where_work_waits_for_longer_than_a_quarter_of_an_hour(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch)
        with transaction(SYSTEM):
            connection().execute(
                "INSERT INTO outbox (id, queue, body, created_at) "
                "VALUES (gen_random_uuid(), 'x', '{}', now() - interval '1000 s')"
            )
        answer = ask(SCRAPE)
        assert (answer.status, states(answer)["queues"]) == (200, "degraded")
        assert answer.json["checks"]["queues"]["detail"].startswith("oldest work: outbox, 10")


class TestNotReady:
    """Only without the database."""

    def test_is_said_within_two_seconds_where_the_database_hangs(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        disconnect()
        with hanging() as host:
            database = f"postgresql://mara_app:pw@{host}/mara"
            look_at(monkeypatch, MARA_DATABASE_URL=database)
            for headers in (SCRAPE, {"authorization": "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x"}, None):
                health_service.cache_clear()
                began = time.monotonic()
                answer = ask(headers)
                assert time.monotonic() - began < AT_MOST_S
                assert (answer.status, answer.json["status"]) == (503, "not_ready")
                found = states(answer)
                assert {found[one] for one in ("database", "index", "chain-arbitrum")} == {
                    "timed_out"
                }
                assert found["telegram"] == "up"
                assert ("chains" in answer.json) is (headers is SCRAPE)

    def test_is_not_said_by_the_liveness_probe_which_asks_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disconnect()
        with hanging() as host:
            monkeypatch.setenv("MARA_DATABASE_URL", f"postgresql://mara_app:pw@{host}/mara")
            began = time.monotonic()
            assert call(check_health, "GET", "/api/v1/health").json == {"status": "ok"}
            assert time.monotonic() - began < 1


class TestWhatIsAsked:
    def test_is_one_round_in_five_seconds_however_many_call(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A thousand calls in a second, and one after five: two rounds of this environment."""
        clock, asked = [1000.0], []
        monkeypatch.setattr(time, "time", lambda: clock[0])
        health = service(lambda: asked.append(clock[0]) or Observation())  # type: ignore[func-returns-value]
        for _ in range(1000):
            health.check()
            clock[0] += 0.001
        assert asked == [1000.0]
        clock[0] = 1004.99
        health.check()
        clock[0] = 1005.01
        health.check()
        assert asked == [1000.0, 1005.01]

    def test_is_not_asked_again_while_it_hangs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock, asked, released = [1000.0], [], threading.Event()
        monkeypatch.setattr(time, "time", lambda: clock[0])

        def hang() -> Observation:
            asked.append(clock[0])
            released.wait(20)
            return Observation()

        health = service(hang)
        for _ in range(4):
            assert health.check().findings[0].state is ProbeState.TIMED_OUT
            clock[0] += 6
        assert asked == [1000.0]
        clock[0] = 1031.0
        health.check()
        assert asked == [1000.0, 1031.0]
        released.set()
        for _ in range(2):  # the first may still find what was asked before
            clock[0] += 6
            found = health.check()
        assert found.findings[0].state is ProbeState.UP

    def test_that_thaws_does_not_tell_what_it_was_asked_before(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a dependency that is down by now would be shown once as it was."""
        clock, thawed, answers = [1000.0], threading.Event(), [Observation()]
        monkeypatch.setattr(time, "time", lambda: clock[0])

        def freeze() -> Observation:
            if not answers:
                raise ConnectionError
            found = answers.pop()
            thawed.wait(20)
            return found

        health = service(freeze)
        assert health.check().findings[0].state is ProbeState.TIMED_OUT
        clock[0] += 6
        threading.Timer(0.05, thawed.set).start()
        assert health.check().findings[0].state is ProbeState.TIMED_OUT
        clock[0] += 6
        assert health.check().findings[0].state is ProbeState.DOWN

    def test_of_a_server_that_hangs_or_fails_is_no_answer(self) -> None:
        with hanging() as host:
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                HttpProbe("model", f"http://{host}/api/version").check()
            assert time.monotonic() - began < AT_MOST_S

    def test_of_kms_is_the_state_of_the_key(self) -> None:
        with aws_of_moto():
            kms.client.cache_clear()
            client = boto3.client("kms")
            key_id = client.create_key()["KeyMetadata"]["KeyId"]
            assert KeyProbe(key_id).check() == Observation()
            client.disable_key(KeyId=key_id)
            assert KeyProbe(key_id).check().state is ProbeState.DEGRADED
            with pytest.raises(client.exceptions.NotFoundException):
                KeyProbe("00000000-0000-0000-0000-000000000000").check()
        kms.client.cache_clear()
