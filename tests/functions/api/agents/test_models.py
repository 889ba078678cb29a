"""The language models for the form of an agent, and agents that name one."""

from collections.abc import Iterator

import pytest

from functions.api.agents.create_agent.handler import handler as create_agent
from functions.api.agents.list_models.handler import handler as list_models
from functions.api.agents.update_agent.handler import handler as update_agent
from infra.local.simulators.ollama import Fault, SimulatedOllama, simulated_ollama
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.ports import free_port

pytestmark = pytest.mark.usefixtures("database")

AGENTS = "/api/v1/agents"


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedOllama]:
    monkeypatch.setenv("MARA_LANGUAGE_MODEL", "small:1b")
    with simulated_ollama(free_port()) as server:
        monkeypatch.setenv("MARA_OLLAMA_URL", server.url)
        server.models = ["large:70b", "small:1b"]
        yield server


def listed(who: Account) -> list[tuple[str, bool, bool]]:
    answer = call(list_models, "GET", "/api/v1/models", headers=who.headers)
    assert answer.status == 200, answer.text
    return [(item["name"], item["default"], item["available"]) for item in answer.json["items"]]


def create(who: Account, model: str | None) -> Answer:
    body = {"name": "On call", "model": model}
    return call(create_agent, "POST", AGENTS, headers=who.headers, body=body)


@pytest.mark.usefixtures("ollama")
class TestListModels:
    def test_begins_with_the_default(self, anna: Account) -> None:
        assert listed(anna) == [("small:1b", True, True), ("large:70b", False, True)]

    def test_shows_that_the_default_is_missing(
        self, anna: Account, ollama: SimulatedOllama
    ) -> None:
        ollama.models = []
        assert listed(anna) == [("small:1b", True, False)]

    @pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.FORBIDDEN, Fault.GARBAGE])
    def test_answers_while_the_server_does_not(
        self, anna: Account, ollama: SimulatedOllama, fault: Fault
    ) -> None:
        ollama.fault = fault
        assert listed(anna) == [("small:1b", True, False)]

    def test_needs_a_user(self) -> None:
        assert call(list_models, "GET", "/api/v1/models").status == 401


def test_lists_nothing_without_a_server(anna: Account) -> None:
    assert listed(anna) == []
    assert create(anna, "anything:1b").status == 201


class TestUnknownModel:
    def test_is_refused_with_the_known_ones(self, anna: Account, ollama: SimulatedOllama) -> None:
        answer = create(anna, "nosuch:1b")
        assert answer.status == 422
        problem = answer.json
        assert problem["code"] == "unknown_language_model"
        assert problem["known"] == ["large:70b", "small:1b"]
        assert problem["errors"][0]["pointer"] == "/model"
        assert "large:70b" in problem["errors"][0]["detail"]

    def test_is_refused_in_a_change(self, anna: Account, ollama: SimulatedOllama) -> None:
        agent_id = create(anna, "large:70b").json["id"]
        answer = call(
            update_agent,
            "PUT",
            f"{AGENTS}/{agent_id}",
            headers=anna.headers,
            body={"name": "On call", "model": "nosuch:1b"},
        )
        assert answer.status == 422

    @pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.FORBIDDEN, Fault.GARBAGE])
    def test_is_accepted_while_the_server_does_not_answer(
        self, anna: Account, ollama: SimulatedOllama, fault: Fault
    ) -> None:
        ollama.fault = fault
        assert create(anna, "nosuch:1b").json["model"] == "nosuch:1b"
