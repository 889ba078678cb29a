"""The agents' routes, as API Gateway calls them."""

import json
from importlib import import_module
from typing import Any

import pytest

from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.knowledge import PLAIN_TEXT_PLACE, learn
from tests.support.webhooks import alertmanager, as_text, grafana, many

pytestmark = pytest.mark.usefixtures("database")

AGENTS = "/api/v1/agents"
TEXT = "Restart the billing service with systemctl restart billing on its host."


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


@pytest.fixture
def boris() -> Account:
    return make_account("boris")


def send(who: Account, operation: str, method: str, path: str, **parts: Any) -> Answer:
    handler = import_module(f"functions.api.agents.{operation}.handler").handler
    return call(handler, method, path, headers=who.headers, **parts)


def create(who: Account, **body: Any) -> dict[str, Any]:
    answer = send(who, "create_agent", "POST", AGENTS, body={"name": "On call", **body})
    assert answer.status == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def ask(who: Account, agent_id: str, question: str, **body: Any) -> Answer:
    path = f"{AGENTS}/{agent_id}/ask"
    return send(who, "ask_agent", "POST", path, body={"question": question, **body})


class TestCreateAgent:
    def test_fills_in_the_defaults(self, anna: Account) -> None:
        made = create(anna)
        assert made["version"] == 1
        assert (made["mode"], made["language"], made["document_ids"]) == ("quote", None, [])

    def test_links_documents_of_its_owner(self, anna: Account) -> None:
        document_id = str(learn(anna.id, "a.txt", [TEXT]).id)
        assert create(anna, document_ids=[document_id] * 2)["document_ids"] == [document_id]

    def test_refuses_a_document_of_another_and_names_it(
        self, anna: Account, boris: Account
    ) -> None:
        theirs = str(learn(boris.id, "a.txt", [TEXT]).id)
        body = {"name": "x", "document_ids": [theirs]}
        answer = send(anna, "create_agent", "POST", AGENTS, body=body)
        assert answer.status == 404
        assert theirs in answer.json["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": ""},
            {"name": "a\nb"},
            {"name": "x", "temperature": 2.5},
            {"name": "x", "top_k": 0},
            {"name": "x", "mode": "guess"},
            {"name": "x", "instructions": "\x00"},
            {"name": "x", "instructions": "\ud800"},
            {"name": "x", "unknown": 1},
        ],
    )
    def test_refuses_what_makes_no_sense(self, anna: Account, body: dict[str, Any]) -> None:
        assert send(anna, "create_agent", "POST", AGENTS, body=body).status == 422


class TestUpdateAgent:
    def test_makes_a_new_version(self, anna: Account) -> None:
        made = create(anna)
        path = f"{AGENTS}/{made['id']}"
        changed = send(anna, "update_agent", "PUT", path, body={"name": "Night shift"}).json
        assert (changed["name"], changed["version"]) == ("Night shift", 2)
        again = send(anna, "update_agent", "PUT", path, body={"name": "Night shift"}).json
        assert again["version"] == 2
        assert send(anna, "get_agent", "GET", path).json == again


class TestListAgents:
    def test_pages_from_the_newest(self, anna: Account, boris: Account) -> None:
        create(boris)
        first, second = create(anna), create(anna)
        page = send(anna, "list_agents", "GET", AGENTS + "/", query={"limit": "1"}).json
        assert [item["id"] for item in page["items"]] == [second["id"]]
        query = {"limit": "1", "cursor": page["next_cursor"]}
        page = send(anna, "list_agents", "GET", AGENTS, query=query).json
        assert [item["id"] for item in page["items"]] == [first["id"]]
        assert page["next_cursor"] is None


class TestDeleteAgent:
    def test_takes_its_conversations_along(self, anna: Account) -> None:
        made = create(anna)
        conversation_id = ask(anna, made["id"], "anything?").json["conversation_id"]
        path = f"{AGENTS}/{made['id']}"
        assert send(anna, "delete_agent", "DELETE", path).status == 204
        assert send(anna, "get_agent", "GET", path).status == 404
        path = f"/api/v1/conversations/{conversation_id}"
        assert send(anna, "get_conversation", "GET", path).status == 404


class TestAskAgent:
    def test_answers_with_a_verbatim_citation(self, anna: Account) -> None:
        document = learn(anna.id, "ops.txt", [TEXT, "Lunch is at noon in the large hall."])
        answer = ask(anna, create(anna)["id"], "How do I restart the billing service?").json
        assert answer["status"] == "answered"
        citation = answer["citations"][0]
        assert citation["document_id"] == str(document.id)
        assert TEXT in citation["quote"]
        assert citation["place"] == PLAIN_TEXT_PLACE
        assert answer["usage"] == {"input_tokens": 0, "output_tokens": 0, "price": "0.000000"}

    def test_says_honestly_what_is_not_in_the_documents(self, anna: Account) -> None:
        learn(anna.id, "ops.txt", [TEXT])
        answer = ask(anna, create(anna)["id"], "Кто написал роман «Идиот»?").json
        assert answer["status"] == "not_in_documents"
        assert answer["citations"] == []
        assert "нет ответа" in answer["text"]

    def test_draws_on_linked_documents_alone(self, anna: Account) -> None:
        learn(anna.id, "ops.txt", [TEXT])
        lunch = learn(anna.id, "lunch.txt", ["Lunch is at noon in the large hall."])
        agent = create(anna, document_ids=[str(lunch.id)])
        answer = ask(anna, agent["id"], "How do I restart the billing service?").json
        assert answer["status"] == "not_in_documents"

    def test_only_quotes_where_no_model_is_configured(self, anna: Account) -> None:
        learn(anna.id, "ops.txt", [TEXT])
        agent = create(anna, mode="generate")
        answer = ask(anna, agent["id"], "How do I restart the billing service?").json
        assert answer["status"] == "quotes_only"
        assert answer["citations"]

    def test_knows_no_agent_and_no_passage_of_another(self, anna: Account, boris: Account) -> None:
        """Invariant 2."""
        learn(boris.id, "ops.txt", [TEXT])
        theirs = create(boris)
        assert ask(anna, theirs["id"], "How do I restart billing?").status == 404
        own = ask(anna, create(anna)["id"], "How do I restart the billing service?").json
        assert own["status"] == "not_in_documents"

    @pytest.mark.parametrize("question", ["", "   ", "x" * 4001, "\x00"])
    def test_refuses_what_is_no_question(self, anna: Account, question: str) -> None:
        assert ask(anna, create(anna)["id"], question).status == 422

    @pytest.mark.parametrize("form", ["alertmanager", "grafana", "cut"])
    def test_takes_a_webhook_of_many_alerts_and_keeps_what_it_reads_of_it(
        self, anna: Account, form: str
    ) -> None:
        learn(anna.id, "DiskFull.txt", ["Delete the old archives."])
        sent = [*many("DiskFull"), ("PodDown", "resolved"), ("NodeDown", "firing")]
        body = as_text(grafana(sent) if form == "grafana" else alertmanager(sent))
        whole = body[:-300] if form == "cut" else body
        assert len(whole) > 50_000
        agent_id = create(anna)["id"]
        answer = ask(anna, agent_id, whole)
        assert answer.json["status"] == "answered"
        assert answer.json["citations"][0]["filename"] == "DiskFull.txt"
        assert answer.json["other_alerts"] == ["NodeDown"]
        assert "NodeDown" in answer.json["text"]
        path = f"/api/v1/conversations/{answer.json['conversation_id']}"
        turn = send(anna, "get_conversation", "GET", path).json["answers"][0]
        assert len(turn["question"]) <= 4000
        assert turn["other_alerts"] == ["NodeDown"]
        again = ask(anna, agent_id, turn["question"]).json
        assert again["citations"] == answer.json["citations"]

    def test_says_which_limit_holds(self, anna: Account) -> None:
        agent_id = create(anna)["id"]
        long_alert = as_text(alertmanager(many("DiskFull", 400)))
        for question in ("Why? " * 900, long_alert):
            answer = ask(anna, agent_id, question)
            assert answer.status == 422
            [error] = answer.json["errors"]
            assert error["pointer"] == "/question"
            assert "at most 4000 characters" in error["detail"]
            assert "at most 100000" in error["detail"]

    def test_takes_escapes_that_no_database_stores(self, anna: Account) -> None:
        learn(anna.id, "DiskFull.txt", ["Delete the old archives."])
        alerts = [{"labels": {"alertname": f"{name}\x00\ud800"}} for name in ("DiskFull", "Down")]
        answer = ask(anna, create(anna)["id"], json.dumps({"alerts": alerts}))
        assert (answer.status, answer.json["other_alerts"]) == (200, ["Down"])


class TestConversations:
    def test_hold_what_was_asked_and_answered(self, anna: Account, boris: Account) -> None:
        learn(anna.id, "ops.txt", [TEXT])
        agent = create(anna)
        first = ask(anna, agent["id"], "How do I restart the billing service?").json
        conversation_id = first["conversation_id"]
        second = ask(anna, agent["id"], "And on which host?", conversation_id=conversation_id)
        assert second.json["conversation_id"] == conversation_id

        listed = send(
            anna, "list_conversations", "GET", f"{AGENTS}/{agent['id']}/conversations"
        ).json
        assert [item["id"] for item in listed["items"]] == [conversation_id]

        path = f"/api/v1/conversations/{conversation_id}"
        turns = send(anna, "get_conversation", "GET", path).json["answers"]
        assert [turn["answer_id"] for turn in turns] == [
            first["answer_id"],
            second.json["answer_id"],
        ]
        assert turns[0]["question"] == "How do I restart the billing service?"
        assert turns[0]["citations"] == first["citations"]

        assert send(boris, "get_conversation", "GET", path).status == 404
        assert send(boris, "delete_conversation", "DELETE", path).status == 404
        assert send(anna, "delete_conversation", "DELETE", path).status == 204
        assert send(anna, "get_conversation", "GET", path).status == 404

    def test_are_not_shared_between_agents(self, anna: Account) -> None:
        one, other = create(anna), create(anna)
        conversation_id = ask(anna, one["id"], "anything?").json["conversation_id"]
        answer = ask(anna, other["id"], "anything?", conversation_id=conversation_id)
        assert answer.status == 404


class TestGiveFeedback:
    def test_keeps_the_latest_rating(self, anna: Account, boris: Account) -> None:
        agent = create(anna)
        answer = ask(anna, agent["id"], "anything?").json
        path = f"{AGENTS}/{agent['id']}/answers/{answer['answer_id']}/feedback"
        for helped in (True, False):
            body = {"helped": helped, "comment": "Спасибо"}
            given = send(anna, "give_feedback", "POST", path, body=body)
            assert given.json["helped"] is helped
        path_ = f"/api/v1/conversations/{answer['conversation_id']}"
        turn = send(anna, "get_conversation", "GET", path_).json["answers"][0]
        assert turn["feedback"]["helped"] is False
        assert send(boris, "give_feedback", "POST", path, body={"helped": True}).status == 404
