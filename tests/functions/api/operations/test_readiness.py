"""GET /health/ready through the function itself: the dependencies, and how the chains are read."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from functions.api.operations.check_readiness.handler import handler as check_readiness
from mara.operations.service import HealthService
from mara.wallets.model import Network
from mara.wiring.operations import health_service
from tests.support.cloud import storage_and_queues
from tests.support.events import Answer, call
from tests.support.watching import leave_failure, leave_scan

PATH = "/api/v1/health/ready"
URL = "https://rpc.example/v2/k-4711-secret"
SOON, LONG = timedelta(seconds=30), timedelta(minutes=10)
pytestmark = pytest.mark.usefixtures("database", "cloud")

AGES = ("lag_s", "seconds_since_step", "seconds_since_block", "seconds_closing")


@pytest.fixture
def cloud() -> Iterator[None]:
    with storage_and_queues():
        yield


def turn_on(monkeypatch: pytest.MonkeyPatch, *networks: Network) -> None:
    on = {network: {"urls": [URL], "headers": {"key": "k-4712"}} for network in networks}
    monkeypatch.setenv("MARA_CHAINS", json.dumps(on))


def ask() -> Answer:
    return call(check_readiness, "GET", PATH)


class TestReady:
    def test_is_so_where_all_answer_and_no_chain_is_on(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch)
        answer = ask()
        assert answer.status == 200
        assert (answer.json["status"], answer.json["chains"]) == ("ready", [])
        names = {found["name"]: found["state"] for found in answer.json["dependencies"]}
        assert names == dict.fromkeys(("database", "storage", "queues"), "up")

    def test_is_so_where_the_chains_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_scan(Network.ARBITRUM, age=SOON)
        answer = ask()
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


class TestDegraded:
    """The API serves, so the status is 200, and says what does not go as it should."""

    def test_is_so_where_a_chain_lags(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.ARBITRUM, Network.TRON)
        leave_scan(Network.ARBITRUM, age=SOON)
        leave_scan(Network.TRON, age=LONG, latest=130, head=110)
        answer = ask()
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        states = {chain["network"]: chain["state"] for chain in answer.json["chains"]}
        assert states == {"arbitrum": "current", "tron": "lagging"}
        assert answer.json["chains"][1]["lag_blocks"] == 20

    def test_is_so_where_a_chain_was_never_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch, Network.APTOS)
        answer = ask()
        assert (answer.status, answer.json["status"]) == (200, "degraded")
        (chain,) = answer.json["chains"]
        assert (chain["state"], chain["closed_block"], chain["lag_s"]) == ("unread", None, None)

    def test_is_so_where_the_chains_cannot_be_looked_at_in_time(self) -> None:
        released = threading.Event()

        def hang() -> Any:
            released.wait(20)
            return ()

        found = HealthService(health_service().probes, hang, time_limit_s=0.5).check()
        released.set()
        assert (found.status, found.chains) == ("degraded", None)

    def test_is_not_so_for_a_chain_that_is_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn_on(monkeypatch)
        leave_scan(Network.TRON, age=LONG)
        assert ask().json["status"] == "ready"

    def test_names_who_failed_and_when_and_nothing_they_said(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_scan(Network.ARBITRUM, age=SOON)
        leave_failure(Network.ARBITRUM, f"arbitrum-1: bad key at {URL}", age=SOON)
        answer = ask()
        (failure,) = answer.json["chains"][0]["recent_failures"]
        assert failure.pop("at")
        assert failure == {"provider": "arbitrum-1", "kind": "unavailable"}
        assert not any(secret in answer.text for secret in ("rpc.example", "4711", "4712"))


class TestNotReady:
    def test_is_so_where_a_dependency_is_down_whatever_the_chains_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        turn_on(monkeypatch, Network.ARBITRUM)
        leave_scan(Network.ARBITRUM, age=LONG)
        monkeypatch.setenv("MARA_BUCKET", "mara-nowhere")
        answer = ask()
        assert (answer.status, answer.json["status"]) == (503, "not_ready")
        assert answer.json["chains"][0]["state"] == "lagging"
        states = {found["name"]: found["state"] for found in answer.json["dependencies"]}
        assert states == {"database": "up", "storage": "down", "queues": "up"}
