"""The story on LocalStack, with functions in containers and a real Ollama: `mara localstack`."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.local_cloud import (
    LocalCloud,
    inherited_environment,
    ok,
    run_mara,
    until,
)
from tests.support.localstack import localstack
from tests.support.ollama import real_ollama
from tests.support.payer import Payer
from tests.support.ports import free_ports
from tests.support.story import Customer, assert_is_answered

pytestmark = pytest.mark.proof

COMMAND_TIMEOUT_S = 1800.0
SECOND_UP_MAX_S = 240.0
COLD_TIMEOUT_S = 120.0
CREDITED_WITHIN_S = 240.0
"""Scans run once a minute, and the last one may be under way."""
MODEL_TIMEOUT_S = 300.0
SERVERS = 8
NETWORKS = ("arbitrum", "tron", "aptos")


@dataclass
class Stage:
    """What `mara localstack up` deployed, and how to run it again."""

    cloud: LocalCloud
    url: str
    layers: Path
    ollama: str
    api: str = ""
    took_s: float = 0.0

    def run(self, *arguments: str) -> str:
        """`mara localstack …`, as a person calls it; its output."""
        own = {"MARA_HOME": str(self.cloud.home.parent), "OLLAMA_HOST": self.ollama}
        run = run_mara(
            "localstack",
            *arguments,
            env={**inherited_environment(), **own},
            timeout_s=COMMAND_TIMEOUT_S,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def up(self) -> str:
        began = time.monotonic()
        where = ("--url", self.url, "--layers", str(self.layers))
        said = self.run("up", *where, "--port-base", str(self.cloud.port))
        self.took_s = time.monotonic() - began
        (self.api,) = {word for word in said.split() if "/_aws/execute-api/" in word}
        print(f"\n`mara localstack up`: {self.took_s:.0f} s\n{said}")
        return said


@pytest.fixture(scope="module")
def stage(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    given = os.environ.get("MARA_TEST_LOCALSTACK_HOME")  # of an earlier `up`: this one is short
    home = Path(given) if given else tmp_path_factory.mktemp("stage")
    kept = request.config.cache.mkdir("localstack")
    with localstack(kept, home / "layers") as (url, layers), real_ollama(home / "ollama") as model:
        cloud = LocalCloud(home / "localstack", free_ports(SERVERS))
        deployed = Stage(cloud, url, layers, model)
        deployed.up()
        yield deployed
        deployed.run("down", *([] if given else ["--delete-data"]))


@pytest.fixture
def customer(stage: Stage) -> Customer:
    """A customer who is registered and logged in; a cold function takes seconds."""
    somebody = Customer(stage.api, timeout_s=COLD_TIMEOUT_S)
    somebody.register()
    somebody.log_in()
    return somebody


def test_every_part_is_ready(stage: Stage) -> None:
    """A probe has 1.5 s, which a busy machine exceeds now and then."""

    def ready() -> Any:
        body = httpx.get(f"{stage.api}/api/v1/health/ready", timeout=COLD_TIMEOUT_S).json()
        # Telegram may be out of reach of this machine.
        states = {check["state"] for name, check in body["checks"].items() if name != "telegram"}
        return body if states == {"up"} else None

    body = until("every part is ready", ready, COLD_TIMEOUT_S)
    assert {"database", "queues", "kms", "chain-tron"} <= set(body["checks"])


def test_documents_are_answered_from_until_they_are_deleted(customer: Customer) -> None:
    document_id = customer.upload()
    customer.wait_until_ready(document_id)
    found = ok(customer.call("POST", "/documents/search", json={"query": "место на диске"}))
    assert {hit["document_id"] for hit in found["items"]} == {document_id}
    agent_id = customer.create_agent()
    assert_is_answered(customer.ask(agent_id), document_id)
    assert customer.call("DELETE", f"/documents/{document_id}").status_code == 204
    assert customer.ask(agent_id)["status"] == "not_in_documents"


def test_the_documentation_is_served(stage: Stage) -> None:
    page = httpx.get(f"{stage.api}/docs", timeout=COLD_TIMEOUT_S)
    assert page.is_success
    assert "swagger" in page.text.lower()
    assert ok(httpx.get(f"{stage.api}/openapi.json", timeout=COLD_TIMEOUT_S))["openapi"] == "3.1.0"


def test_a_real_ollama_writes_the_answer(stage: Stage, customer: Customer) -> None:
    customer.wait_until_ready(customer.upload())
    (name,) = [m["name"] for m in ok(httpx.get(f"{stage.ollama}/api/tags"))["models"]]
    listed = ok(customer.call("GET", "/models"))["items"]
    assert name in {model["name"] for model in listed}, listed
    settings = {"name": "Writes", "mode": "generate", "language": "en"}
    agent_id = ok(customer.call("POST", "/agents", json=settings))["id"]

    def model_has_answered() -> bool:
        """Whether the last answer came within the deadline, which a busy machine exceeds."""
        answer = customer.ask(agent_id, "What do I do if the queue of receipts grows?")
        assert answer["status"] in {"answered", "quotes_only", "not_in_documents"}
        return bool(answer["usage"]["output_tokens"] > 0)

    until("the model answers within its deadline", model_has_answered, MODEL_TIMEOUT_S)


@pytest.mark.parametrize("network", NETWORKS)
def test_a_transfer_is_credited_by_a_scheduled_scan(
    stage: Stage, customer: Customer, network: str
) -> None:
    if f"chain {network}: off" in stage.run("status"):
        pytest.skip(f"{network} needs anvil, which needs Node's npm to be installed")
    wallet = ok(customer.call("POST", "/wallets/generate", json={"network": network}))
    payer = Payer(stage.cloud, customer, network, wallet["address"])
    payer.pay("12.5")
    payer.finalize()
    credited = [("12.500000", "credited")]
    until("the deposit is credited", lambda: payer.states() == credited, CREDITED_WITHIN_S)
    assert payer.balance() == ("0.000000", "12.500000")
    entries: Any = ok(customer.call("GET", "/users/balance/entries"))["items"]
    assert [entry["amount"] for entry in entries] == ["12.500000"]
    payer.command("ledger", "verify")


def test_a_second_up_changes_nothing_for_a_customer(stage: Stage, customer: Customer) -> None:
    before = stage.api
    stage.up()
    assert stage.api == before
    assert stage.took_s < SECOND_UP_MAX_S
    ok(customer.call("GET", "/users/me/profile"))  # its token is still accepted
