"""Questions with Prefer: respond-async, from the request through the queue to the answer."""

import json
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import pytest

from functions.api.agents.ask_agent.handler import handler as ask_agent
from functions.api.agents.create_agent.handler import handler as create_agent
from functions.api.agents.delete_agent.handler import handler as delete_agent
from functions.api.agents.get_answer.handler import handler as get_answer
from functions.api.billing.get_my_usage.handler import handler as get_my_usage
from functions.api.notifications.list_events.handler import handler as list_events
from functions.queues.answer_question.handler import handler as answer_question
from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, disconnect, transaction
from mara.wiring.agents import conversation_service
from tests.support.accounts import Account, make_account
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.events import Answer, call
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

AGENTS = "/api/v1/agents"
TEXT = "Restart the billing service with systemctl restart billing on its host."
QUESTION = {"question": "How do I restart the billing service?"}
QUEUE = "mara-local-answer-question"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as started:
        yield started


@pytest.fixture
def anna(cloud: Cloud) -> Account:
    account = make_account("anna")
    learn(account.id, "ops.txt", [TEXT])
    return account


@pytest.fixture
def agent(anna: Account) -> str:
    made = call(create_agent, "POST", AGENTS, headers=anna.headers, body={"name": "On call"})
    agent_id: str = made.json["id"]
    return agent_id


def ask(who: Account, agent_id: str, prefer: str = "respond-async", **headers: str) -> Answer:
    sent = {**who.headers, "prefer": prefer, **headers}
    return call(ask_agent, "POST", f"{AGENTS}/{agent_id}/ask", headers=sent, body=QUESTION)


def get(who: Account, path: str) -> Answer:
    return call(get_answer, "GET", path, headers=who.headers)


def messages(cloud: Cloud, queue: str = QUEUE) -> list[str]:
    url = cloud.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    received = cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in received.get("Messages", [])]


def deliver(body: str) -> Any:
    return answer_question({"Records": [{"messageId": "1", "body": body}]}, None)


def events(who: Account, **query: str) -> Any:
    answer = call(list_events, "GET", "/api/v1/events", query=query, headers=who.headers)
    assert answer.status == 200, answer.text
    return answer.json


def states(found: Any, answer_id: str) -> list[str]:
    """The states of the answer in the order of the events; there are events of nothing else."""
    assert {(e["type"], e["object_id"]) for e in found["items"]} <= {("answer", answer_id)}
    return [event["state"] for event in found["items"]]


def answers_reserved(who: Account) -> int:
    usage = call(get_my_usage, "GET", "/api/v1/usage/my", headers=who.headers).json
    (item,) = [item for item in usage["items"] if item["meter"] == "answers"]
    reserved: int = item["reserved"]
    return reserved


def stored_answers() -> int:
    with transaction(SYSTEM):
        row = connection().execute("SELECT count(*) FROM answers").fetchone()
    assert row is not None
    return int(row[0])


class TestAnswerQuestion:
    def test_answers_later_and_once(self, anna: Account, agent: str, cloud: Cloud) -> None:
        accepted = ask(anna, agent)
        assert accepted.status == 202
        assert accepted.headers["preference-applied"] == "respond-async"
        path = accepted.headers["location"]
        assert path.endswith(accepted.json["answer_id"])
        assert accepted.json["status"] == "queued"
        assert get(anna, path).json == accepted.json

        (body,) = messages(cloud)
        for _ in range(2):
            assert deliver(body) == {"batchItemFailures": []}

        answer = get(anna, path).json
        assert (answer["answer_id"], answer["status"]) == (accepted.json["answer_id"], "answered")
        assert answer["conversation_id"] == accepted.json["conversation_id"]
        assert TEXT in answer["text"]
        assert stored_answers() == 1

    def test_shows_up_as_an_event_while_a_page_waits_for_it(
        self, anna: Account, agent: str, cloud: Cloud
    ) -> None:
        cursor = events(anna)["next_cursor"]
        accepted = ask(anna, agent).json
        queued = events(anna, after=cursor)
        assert states(queued, accepted["answer_id"]) == ["queued"]
        (body,) = messages(cloud)
        disconnect()  # the other process has a connection of its own
        worker = get_context("fork").Process(target=deliver, args=[body])
        worker.start()
        seen, cursor = list[str](), queued["next_cursor"]
        while "answered" not in seen:
            found = events(anna, after=cursor, wait_s="20")
            assert found["items"], f"nothing came in 20 s after {seen}"
            seen += states(found, accepted["answer_id"])
            cursor = found["next_cursor"]
        worker.join()
        assert seen.count("answered") == 1
        assert states(events(anna, after=cursor), accepted["answer_id"]) == []
        assert get(anna, found["items"][-1]["url"]).json["status"] == "answered"

    def test_shows_up_as_an_event_when_it_has_failed(
        self, anna: Account, agent: str, cloud: Cloud
    ) -> None:
        accepted = ask(anna, agent).json
        cursor = events(anna)["next_cursor"]
        (body,) = messages(cloud)
        with transaction(SYSTEM):  # the version that answers is missing
            connection().execute("UPDATE agents SET version = 3, published_version = 2")
        deliver(body)
        assert states(events(anna, after=cursor), accepted["answer_id"])[-1] == "failed"
        assert events(make_account("boris"))["items"] == []

    @pytest.mark.parametrize("prefer", ["", "wait=10", "respond-asynchronously", "return=minimal"])
    def test_is_for_those_who_prefer_it(
        self, anna: Account, agent: str, cloud: Cloud, prefer: str
    ) -> None:
        assert ask(anna, agent, prefer).status == 200
        assert messages(cloud) == []

    @pytest.mark.parametrize(
        "prefer", ["Respond-Async", "wait=10, respond-async", "respond-async; a=b"]
    )
    def test_reads_the_header_as_it_may_be_written(
        self, anna: Account, agent: str, prefer: str
    ) -> None:
        assert ask(anna, agent, prefer).status == 202

    def test_repeats_the_acceptance_with_its_key(
        self, anna: Account, agent: str, cloud: Cloud
    ) -> None:
        first, again = (ask(anna, agent, **{"idempotency-key": "k"}) for _ in range(2))
        assert (first.status, again.status) == (202, 202)
        assert again.json == first.json
        assert len(messages(cloud)) == 1

    def test_ends_as_failed_where_it_is_dead_lettered(
        self, anna: Account, agent: str, cloud: Cloud
    ) -> None:
        path = ask(anna, agent).headers["location"]
        (body,) = messages(cloud)
        with transaction(SYSTEM):  # the version that answers is missing
            connection().execute("UPDATE agents SET version = 3, published_version = 2")
        assert deliver(body) == {"batchItemFailures": []}
        (dead,) = messages(cloud, f"{QUEUE}-dead")
        assert json.loads(dead)["reason"] == "VersionNotFound"
        found = get(anna, path).json
        assert found["status"] == "failed"
        assert found["failure"]["code"] == "version_not_found"
        assert deliver(body) == {"batchItemFailures": []}
        assert stored_answers() == 0

    def test_is_gone_with_its_agent(self, anna: Account, agent: str, cloud: Cloud) -> None:
        path = ask(anna, agent).headers["location"]
        (body,) = messages(cloud)
        deleted = call(delete_agent, "DELETE", f"{AGENTS}/{agent}", headers=anna.headers)
        assert deleted.status == 204
        assert answers_reserved(anna) == 1
        for _ in range(2):
            assert deliver(body) == {"batchItemFailures": []}
        assert get(anna, path).status == 404
        assert answers_reserved(anna) == 0

    def test_is_gone_with_its_conversation(self, anna: Account, agent: str, cloud: Cloud) -> None:
        accepted = ask(anna, agent).json
        (body,) = messages(cloud)
        conversation_service().delete(anna.principal, UUID(accepted["conversation_id"]))
        assert deliver(body) == {"batchItemFailures": []}
        assert answers_reserved(anna) == 0

    def test_is_nobody_elses(self, anna: Account, agent: str) -> None:
        """Invariant 2."""
        path = ask(anna, agent).headers["location"]
        boris = make_account("boris")
        assert get(boris, path).status == 404
        assert ask(boris, agent).status == 404
