"""GET /api/v1/events, through the function itself."""

import threading
from typing import Any

import psycopg
import pytest

from functions.api.agents.ask_agent.handler import handler as ask_agent
from functions.api.notifications.list_events.handler import handler as list_events
from mara.agents.model import AgentSettings
from mara.wiring.agents import agent_service
from tests.support.accounts import Account, make_account
from tests.support.events import Answer, call
from tests.support.knowledge import learn

pytestmark = pytest.mark.usefixtures("database")

PATH = "/api/v1/events"


@pytest.fixture
def anna() -> Account:
    return make_account("anna")


def ask(account: Account, **query: str) -> Answer:
    return call(list_events, "GET", PATH, query=query, headers=account.headers)


class TestListEvents:
    def test_tells_what_changed_and_where_to_read_it(self, anna: Account) -> None:
        document = learn(anna.id, "disk.md", ["Prune the backups when the disk is full."])
        agent = agent_service().create(anna.principal, AgentSettings("On call"))
        question = {"question": "What do I do when the disk is full?"}
        path = f"/api/v1/agents/{agent.id}/ask"
        answered = call(ask_agent, "POST", path, body=question, headers=anna.headers).json
        events = ask(anna).json
        told = [(event["type"], event["state"], event["url"]) for event in events["items"]]
        answer_url = f"/api/v1/agents/{agent.id}/answers/{answered['answer_id']}"
        assert told == [
            ("document", "ready", f"/api/v1/documents/{document.id}"),
            ("answer", answered["status"], answer_url),
        ]
        assert ask(anna, after=events["next_cursor"]).json["items"] == []

    def test_waits_for_a_change_of_another_process(self, anna: Account, database: str) -> None:
        document = learn(anna.id, "disk.md", ["Prune the backups."])
        cursor = ask(anna).json["next_cursor"]

        def supersede() -> None:
            with psycopg.connect(database) as link:
                link.execute("SELECT set_config('mara.scope', 'system', true)")
                link.execute("UPDATE documents SET superseded_at = now()")

        later = threading.Timer(0.5, supersede)
        later.start()
        events: Any = ask(anna, after=cursor, wait_s="20").json
        later.join()
        assert [(e["object_id"], e["state"]) for e in events["items"]] == [
            (str(document.id), "superseded")
        ]

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"wait_s": "21"}, "bad_request"),
            ({"wait_s": "-1"}, "bad_request"),
            ({"limit": "0"}, "bad_request"),
            ({"after": "AAAA"}, "invalid_cursor"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, anna: Account, query: dict[str, str], code: str
    ) -> None:
        answer = ask(anna, **query)
        assert (answer.status, answer.json["code"]) == (422, code)
        assert answer.json["errors"][0]["pointer"] == f"query:{next(iter(query))}"

    def test_refuses_a_caller_without_a_token(self) -> None:
        assert call(list_events, "GET", PATH).status == 401
