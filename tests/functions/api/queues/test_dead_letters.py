"""The routes of dead letters, through the functions themselves."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.api.queues.discard_dead_letters.handler import handler as discard_dead_letters
from functions.api.queues.list_dead_letters.handler import handler as list_dead_letters
from functions.api.queues.list_queues.handler import handler as list_queues
from functions.api.queues.redrive_dead_letters.handler import handler as redrive_dead_letters
from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import outbox
from mara.platform.clock import now
from mara.platform.database import connection, transaction
from mara.queues.model.selection import Selection
from mara.queues.service import decisions
from mara.wiring.queues import dead_letter_service
from tests.support.accounts import Account, make_account
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.dead_letters import QUEUE, moved, redriven, rows
from tests.support.events import Answer, call
from tests.support.parallel import outcomes

PATH = f"/api/v1/admin/queues/{QUEUE}"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def admin() -> Account:
    return make_account("root", Role.ADMIN)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as found:
        yield found


def die(*ids: str) -> list[str]:
    """Let messages die; return the documents that they concern."""
    documents = [str(uuid4()) for _ in ids]
    records = [
        moved(id_, json.dumps({"document_id": document}))
        for id_, document in zip(ids, documents, strict=True)
    ]
    keep_dead_letters({"Records": records}, None)
    return documents


def redrive(account: Account, **body: Any) -> Answer:
    return call(redrive_dead_letters, "POST", f"{PATH}/redrive", headers=account.headers, body=body)


def listed(account: Account, query: dict[str, str] | None = None) -> list[dict[str, Any]]:
    answer = call(
        list_dead_letters, "GET", f"{PATH}/dead-letters", headers=account.headers, query=query or {}
    )
    assert answer.status == 200, answer.text
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def sent() -> list[str]:
    """The first deaths of the messages that the outbox holds."""
    return [origin for (origin,) in rows("coalesce(redrive_of, '')", "outbox") if origin]


class TestList:
    def test_shows_reasons_and_never_what_a_message_says(self, admin: Account) -> None:
        keep_dead_letters({"Records": [moved("m-1", '{"email": "canary@example.com"}')]}, None)
        (letter,) = listed(admin)
        assert letter["reason"] == "given up by SQS after 5 tries"
        assert "canary" not in json.dumps(letter)

    def test_is_of_administrators_alone(self) -> None:
        headers = make_account("anna").headers
        answer = call(list_dead_letters, "GET", f"{PATH}/dead-letters", headers=headers)
        assert answer.status == 403

    def test_of_an_unknown_queue_is_404(self, admin: Account) -> None:
        path = "/api/v1/admin/queues/nothing/dead-letters"
        answer = call(list_dead_letters, "GET", path, headers=admin.headers)
        assert (answer.status, answer.json["code"]) == (404, "queue_not_found")

    def test_is_filtered_by_state(self, admin: Account) -> None:
        die("m-1", "m-2")
        redrive(admin, ids=[listed(admin)[0]["id"]])
        assert len(listed(admin, {"state": "waiting"})) == 1
        assert len(listed(admin, {"state": "redriven"})) == 1


class TestRedrive:
    def test_sends_the_body_again_with_the_id_of_its_first_death(
        self, admin: Account, cloud: Cloud
    ) -> None:
        (document,) = die("m-1")
        answer = redrive(admin, ids=[listed(admin)[0]["id"]])
        assert (answer.status, answer.json["count"]) == (200, 1)
        outbox.relay(now())
        url = cloud.sqs.get_queue_url(QueueName=f"mara-local-{QUEUE}")["QueueUrl"]
        received = cloud.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        (message,) = received["Messages"]
        assert json.loads(message["Body"]) == {"document_id": document}
        assert message["MessageAttributes"]["mara-redrive-of"]["StringValue"] == "m-1"

    def test_again_and_in_parallel_sends_nothing_more(self, admin: Account) -> None:
        die(*(f"m-{number}" for number in range(10)))
        ids = [UUID(one["id"]) for one in listed(admin)]

        def run(_number: int) -> str:
            selection = Selection(ids)
            return str(dead_letter_service().redrive(admin.id, QUEUE, selection).count)

        assert sum(map(int, outcomes(run, range(4)))) == 10
        assert redrive(admin, ids=[str(id_) for id_ in ids]).json["count"] == 0
        assert len(sent()) == 10

    def test_that_only_counts_changes_nothing(self, admin: Account) -> None:
        die("m-1", "m-2")
        answer = redrive(admin, all=True, dry_run=True).json
        assert (answer["count"], answer["remaining"], answer["next_cursor"]) == (0, 2, None)
        assert rows("state") == [("waiting",), ("waiting",)]

    def test_of_all_goes_on_part_by_part_and_leaves_out_what_dies_meanwhile(
        self, admin: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else a redrive into a consumer that still fails would never come to an end."""
        monkeypatch.setattr(decisions, "PART", 2)
        die(*(f"m-{number}" for number in range(5)))
        answer, counts = redrive(admin, all=True).json, list[int]()
        while True:
            counts.append(answer["count"])
            died = redriven(moved(f"again-{len(counts)}", "{}"), "m-0")
            keep_dead_letters({"Records": [died]}, None)
            if answer["next_cursor"] is None:
                break
            answer = redrive(admin, all=True, cursor=answer["next_cursor"]).json
        assert (counts, answer["remaining"]) == ([2, 2, 1], 0)
        assert sorted(state for (state,) in rows("state")) == ["redriven"] * 5 + ["waiting"] * 3

    def test_passes_a_letter_that_cannot_be_decrypted(self, admin: Account) -> None:
        die("m-1", "m-2")
        broken = listed(admin)[1]["id"]
        with transaction(SYSTEM):
            connection().execute(
                "UPDATE dead_letters SET content = reverse(content) WHERE id = %s",
                (broken,),
            )
        answer = redrive(admin, all=True).json
        assert (answer["count"], answer["unreadable"], answer["next_cursor"]) == (1, 1, None)

    def test_that_fails_between_mark_and_message_leaves_both_undone(
        self, admin: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        die("m-1")
        with monkeypatch.context() as broken:
            broken.setattr(
                "mara.audit.adapters.postgres.PostgresAuditLog.record",
                lambda *_: (_ for _ in ()).throw(ZeroDivisionError),
            )
            assert redrive(admin, all=True).status == 500
        assert (rows("state"), sent()) == ([("waiting",)], [])
        assert redrive(admin, all=True).json["count"] == 1

    @pytest.mark.parametrize(
        "body", [{}, {"ids": [], "all": True}, {"ids": []}, {"ids": None}, {"cursor": "0" * 64}]
    )
    def test_of_nothing_or_of_two_things_is_422(self, admin: Account, body: Any) -> None:
        assert redrive(admin, **body).status == 422

    def test_with_a_made_up_cursor_is_422(self, admin: Account) -> None:
        answer = redrive(admin, all=True, cursor="x" * 64)
        assert (answer.status, answer.json["code"]) == (422, "invalid_cursor")


class TestDiscard:
    def test_is_recorded_with_its_reason(self, admin: Account) -> None:
        die("m-1")
        body = {"all": True, "reason": "The documents were test data"}
        answer = call(
            discard_dead_letters, "POST", f"{PATH}/discard", headers=admin.headers, body=body
        )
        assert (answer.status, answer.json["count"]) == (200, 1)
        assert rows("state, decided_by") == [("discarded", admin.id)]
        assert ("dead_letters_discarded",) in rows("action", "audit_rows")
        assert redrive(admin, all=True).json["count"] == 0

    def test_needs_a_reason(self, admin: Account) -> None:
        body = {"all": True}
        answer = call(
            discard_dead_letters, "POST", f"{PATH}/discard", headers=admin.headers, body=body
        )
        assert answer.status == 422


class TestQueues:
    def test_show_depth_and_dead_letters(self, admin: Account, cloud: Cloud) -> None:
        url = cloud.sqs.get_queue_url(QueueName=f"mara-local-{QUEUE}")["QueueUrl"]
        cloud.sqs.send_message(QueueUrl=url, MessageBody="{}")
        die("m-1")
        answer = call(list_queues, "GET", "/api/v1/admin/queues", headers=admin.headers)
        found = {one["name"]: one for one in answer.json["items"]}
        queue = found[QUEUE]
        assert (queue["depth"], queue["in_flight"], queue["dead_letters"]) == (1, 0, 1)
        assert queue["last_error"]["error"] == "given up by SQS after 5 tries"
        assert found["send-webhooks"]["last_error"] is None
