"""PATCH and PUT of an agent, and PATCH of a conversation."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest

from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

AGENTS = "/api/v1/agents"
BODY = {
    "name": "On call",
    "instructions": "Be brief.",
    "mode": "quote",
    "temperature": 0.5,
    "top_k": 3,
    "language": "ru",
}


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def send(account: Account, function: str, method: str, path: str, **parts: Any) -> Answer:
    handler = import_module(f"functions.api.agents.{function}.handler").handler
    return call(handler, method, path, headers=account.headers, **parts)


@pytest.fixture
def agent(anna: Account) -> dict[str, Any]:
    made: dict[str, Any] = send(anna, "create_agent", "POST", AGENTS, body=BODY).json
    return made


class TestPatchAgent:
    def test_changes_the_given_settings_and_makes_a_version(
        self, anna: Account, agent: dict[str, Any]
    ) -> None:
        path = f"{AGENTS}/{agent['id']}"
        body = {"name": "Night shift", "language": None}
        changed = send(anna, "change_agent", "PATCH", path, body=body).json
        assert changed["version"] == 2
        for name in BODY:
            assert changed[name] == {**BODY, **body}[name]
        assert send(anna, "change_agent", "PATCH", path, body={}).json["version"] == 2

    def test_takes_each_document_once(self, anna: Account, agent: dict[str, Any]) -> None:
        document = str(learn(anna.id, "a.md", ["Text."]).id)
        body = {"document_ids": [document, document.upper()]}
        changed = send(anna, "change_agent", "PATCH", f"{AGENTS}/{agent['id']}", body=body).json
        assert changed["document_ids"] == [document]

    def test_points_to_the_documents_that_are_not_the_caller_s(
        self, anna: Account, agent: dict[str, Any]
    ) -> None:
        own, unknown = str(learn(anna.id, "a.md", ["Text."]).id), str(uuid4())
        body = {"document_ids": [own, unknown.upper()]}
        answer = send(anna, "change_agent", "PATCH", f"{AGENTS}/{agent['id']}", body=body)
        assert (answer.status, answer.json["code"]) == (404, "document_not_found")
        assert [error["pointer"] for error in answer.json["errors"]] == ["/document_ids/1"]

    @pytest.mark.parametrize("name", ["name", "mode", "temperature", "top_k", "document_ids"])
    def test_erases_nothing_that_an_agent_needs(
        self, anna: Account, agent: dict[str, Any], name: str
    ) -> None:
        path = f"{AGENTS}/{agent['id']}"
        answer = send(anna, "change_agent", "PATCH", path, body={name: None})
        assert answer.status == 422
        assert answer.json["errors"][0]["pointer"] == f"/{name}"

    def test_of_an_unknown_agent_points_to_the_path(self, anna: Account) -> None:
        answer = send(anna, "change_agent", "PATCH", f"{AGENTS}/{uuid4()}", body={"name": "a"})
        assert (answer.status, answer.json["code"]) == (404, "agent_not_found")
        assert answer.json["errors"][0]["pointer"] == "path:agent_id"


class TestPutAgent:
    @pytest.mark.parametrize("name", ["instructions", "temperature", "top_k", "language"])
    def test_without_a_setting_that_would_be_erased_is_422(
        self, anna: Account, agent: dict[str, Any], name: str
    ) -> None:
        path = f"{AGENTS}/{agent['id']}"
        body = {key: value for key, value in BODY.items() if key != name}
        answer = send(anna, "update_agent", "PUT", path, body=body)
        assert (answer.status, answer.json["code"]) == (422, "fields_missing")
        assert [error["pointer"] for error in answer.json["errors"]] == [f"/{name}"]
        assert send(anna, "get_agent", "GET", path).json["version"] == 1


class TestConversations:
    @pytest.fixture
    def asked(self, anna: Account, agent: dict[str, Any]) -> list[str]:
        """Three conversations, the newest first."""
        path = f"{AGENTS}/{agent['id']}/ask"
        questions = ("What of the disk?", "Что с диском?", "What of the network?")
        made = [send(anna, "ask_agent", "POST", path, body={"question": q}) for q in questions]
        return [answer.json["conversation_id"] for answer in reversed(made)]

    def titles(self, anna: Account, agent: dict[str, Any], **query: str) -> list[str]:
        path = f"{AGENTS}/{agent['id']}/conversations"
        answer = send(anna, "list_conversations", "GET", path, query=query)
        assert answer.status == 200, answer.text
        return [item["title"] for item in answer.json["items"]]

    def test_have_the_title_of_their_first_question(
        self, anna: Account, agent: dict[str, Any], asked: list[str]
    ) -> None:
        body = {"question": "And then?", "conversation_id": asked[0]}
        send(anna, "ask_agent", "POST", f"{AGENTS}/{agent['id']}/ask", body=body)
        assert self.titles(anna, agent, sort="title") == [
            "What of the disk?",
            "What of the network?",
            "Что с диском?",
        ]
        assert self.titles(anna, agent, text="ДИСК") == ["Что с диском?"]
        assert self.titles(anna, agent, sort="-updated_at", limit="1") == ["What of the network?"]

    def test_are_renamed_by_their_owner(
        self, anna: Account, agent: dict[str, Any], asked: list[str]
    ) -> None:
        path = f"/api/v1/conversations/{asked[0]}"
        body = {"title": "  Cables "}
        renamed = send(anna, "change_conversation", "PATCH", path, body=body)
        assert (renamed.status, renamed.json["title"]) == (200, "Cables")
        assert send(anna, "get_conversation", "GET", path).json["title"] == "Cables"
        boris = make_account("boris")
        assert send(boris, "change_conversation", "PATCH", path, body=body).status == 404

    @pytest.mark.parametrize("body", [{"title": ""}, {"title": None}, {"title": "a\nb"}, {"t": 1}])
    def test_keep_a_title_that_is_one(
        self, anna: Account, agent: dict[str, Any], asked: list[str], body: dict[str, Any]
    ) -> None:
        path = f"/api/v1/conversations/{asked[0]}"
        assert send(anna, "change_conversation", "PATCH", path, body=body).status == 422

    def test_are_counted_when_asked(
        self, anna: Account, agent: dict[str, Any], asked: list[str]
    ) -> None:
        path = f"{AGENTS}/{agent['id']}/conversations"
        query = {"total": "true", "limit": "1"}
        assert send(anna, "list_conversations", "GET", path, query=query).json["total"] == 3
