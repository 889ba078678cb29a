"""A question with a slow language model, through the function and on a real socket."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from functions.api.agents.ask_agent.handler import handler as ask_agent
from infra.local.simulators.ollama import Fault, SimulatedOllama, simulated_ollama
from mara.agents.model import AgentSettings, AnswerMode
from mara.entrypoints.time_budget import GATEWAY_TIMEOUT
from mara.wiring.agents import agent_service
from tests.support.accounts import Account, make_account
from tests.support.events import CONTEXT, api_event
from tests.support.knowledge import learn
from tests.support.ports import free_port

pytestmark = pytest.mark.usefixtures("database")

TEXT = "Restart the billing service with systemctl restart billing on its host."
QUESTION = {"question": "How do I restart the billing service?"}


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedOllama]:
    with simulated_ollama(free_port()) as simulated:
        monkeypatch.setenv("MARA_OLLAMA_URL", simulated.url)
        yield simulated


@pytest.fixture
def anna() -> Account:
    account = make_account("anna")
    learn(account.id, "ops.txt", [TEXT])
    return account


def ask(who: Account, *, left_s: float) -> tuple[float, dict[str, Any]]:
    """Ask when the gateway will wait for ``left_s`` more; how long it took, and the response."""
    settings = AgentSettings("On call", mode=AnswerMode.GENERATE)
    agent = agent_service().create(who.principal, settings)
    path = f"/api/v1/agents/{agent.id}/ask"
    event = api_event("POST", path, headers=who.headers, body=QUESTION)
    arrived = time.time() - GATEWAY_TIMEOUT.total_seconds() + left_s
    event["requestContext"]["requestTimeEpoch"] = round(arrived * 1000)
    began = time.monotonic()
    response = ask_agent(event, CONTEXT)
    return time.monotonic() - began, response


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.DAWDLES])
def test_that_outlasts_the_gateway_gets_its_quotes_in_time(
    slow: SimulatedOllama, anna: Account, fault: Fault
) -> None:
    slow.fault = fault
    ask(anna, left_s=5.0)  # imports what a warm function has imported
    took_s, response = ask(anna, left_s=9.0)
    assert response["statusCode"] == 200
    assert '"quotes_only"' in response["body"]
    assert TEXT in response["body"]
    assert took_s < 9.0
    assert slow.asked or fault is Fault.SILENT


def test_does_not_begin_with_a_model_that_has_no_time(slow: SimulatedOllama, anna: Account) -> None:
    slow.says = '{"answer": "Restart billing.", "citations": []}'
    _, response = ask(anna, left_s=5.0)
    assert '"quotes_only"' in response["body"]
    assert slow.asked == []
