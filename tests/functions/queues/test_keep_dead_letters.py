"""The consumer of dead letters, through the function itself."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from mara.entrypoints.queue import consumer
from mara.kernel.errors import Unavailable
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import failure_store
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.queues.adapters.dead_letters import PostgresDeadLetters
from mara.queues.model.dead_letter import body_context
from mara.queues.model.selection import Selection
from mara.wiring import operations
from mara.wiring.connection_secrets import envelope
from tests.support.dead_letters import QUEUE, moved, redriven, refused, rows

pytestmark = pytest.mark.usefixtures("database")


class IngestDocument(Message):
    document_id: UUID


class Down(Unavailable):
    title = "Down"


FAILURES: dict[str, Exception] = {"down": Down("Later."), "bug": ZeroDivisionError("a secret")}


def keep(*records: dict[str, Any]) -> None:
    assert keep_dead_letters({"Records": list(records)}, None) == {"batchItemFailures": []}


def fail(failure: str | None, message_id: str, received: int = 1) -> None:
    """One delivery of a message to its consumer."""

    @consumer(IngestDocument)
    def handler(_message: IngestDocument) -> None:
        if failure:
            raise FAILURES[failure]

    body = json.dumps({"document_id": str(uuid4())})
    attributes = {"ApproximateReceiveCount": str(received)}
    handler({"Records": [{"messageId": message_id, "body": body, "attributes": attributes}]}, None)


class TestKeeping:
    def test_takes_a_message_over_with_what_it_concerns(self) -> None:
        document, owner = uuid4(), uuid4()
        body = json.dumps({"document_id": str(document), "owner_id": str(owner)})
        keep(moved("m-1", body))
        assert rows("queue, message_id, object_kind, object_id, owner_id, state") == [
            (QUEUE, "m-1", "document", document, owner, "waiting")
        ]

    @pytest.mark.parametrize("body", ["{not json", "[]", "[" * 50_000, '{"document_id": 7}', "ы"])
    def test_takes_over_a_body_of_any_kind(self, body: str) -> None:
        keep(moved("m-1", body))
        assert rows("message_id, object_id") == [("m-1", None)]

    def test_keeps_the_body_encrypted_and_for_its_row_alone(self) -> None:
        keep(moved("m-1", "a canary"))
        with transaction(SYSTEM):
            (letter,) = PostgresDeadLetters().select(QUEUE, Selection(), 2)
        assert letter.body is not None
        assert b"canary" not in letter.body.ciphertext
        assert "canary" not in repr(letter)
        with envelope().decrypt(letter.body, body_context(letter.id)) as body:
            assert body == b"a canary"

    def test_of_the_same_message_again_changes_nothing(self) -> None:
        for _ in range(2):
            keep(moved("m-1", "{}"), moved("m-2", "{}"))
            keep(refused("m-3", "{}"))
        assert rows("message_id") == [("m-1",), ("m-2",), ("m-3",)]

    def test_of_a_batch_that_fails_keeps_none_of_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        add, calls = PostgresDeadLetters.add, list[str]()

        def fail_at_the_second(letters: PostgresDeadLetters, letter: Any) -> bool:
            calls.append(letter.message_id)
            if len(calls) == 2:
                raise ZeroDivisionError
            return add(letters, letter)

        with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
            broken.setattr(PostgresDeadLetters, "add", fail_at_the_second)
            keep(moved("m-1", "{}"), moved("m-2", "{}"))
        assert rows("message_id") == []
        keep(moved("m-1", "{}"), moved("m-2", "{}"))
        assert rows("message_id") == [("m-1",), ("m-2",)]

    def test_links_what_was_redriven_to_the_first_letter(self) -> None:
        keep(moved("m-1", "{}"))
        keep(redriven(moved("m-2", "{}"), "m-1"))
        ((first, _), (second, link)) = [
            (row[1], row[2]) for row in rows("message_id, id, first_id")
        ]
        assert (link, second != first) == (first, True)


class TestReasons:
    def test_of_a_refused_message_is_that_of_the_frame(self) -> None:
        keep(refused("m-1", "{}", "DocumentNotFound"))
        assert rows("message_id, reason, attempts") == [("m-1", "DocumentNotFound", 1)]

    def test_is_the_last_error_that_the_frame_noted(self) -> None:
        for received, failure in enumerate(("down", "bug", "down", "bug"), start=1):
            fail(failure, "m-1", received)
        keep(moved("m-1", "{}"))
        assert rows("reason, attempts") == [("ZeroDivisionError", 5)]
        assert rows("message_id", "message_failures") == []

    def test_of_a_process_that_was_killed_at_each_try_says_so(self) -> None:
        keep(moved("m-1", "{}", received=6))
        assert rows("reason, attempts") == [("given up by SQS after 5 tries", 5)]


class TestNotes:
    def test_are_deleted_when_the_message_succeeds_at_last(self) -> None:
        fail("down", "m-1")
        assert rows("error, attempts", "message_failures") == [("Down", 1)]
        fail(None, "m-1", received=2)
        assert rows("error", "message_failures") == []

    def test_are_forgotten_with_the_dead_letters_after_14_days(self) -> None:
        failure_store.note(QUEUE, "old", "Down", now() - timedelta(days=15))
        failure_store.note(QUEUE, "young", "Down", now() - timedelta(days=13))
        keep(moved("m-1", "{}"))
        operations.delete_expired(now() + timedelta(hours=1))
        assert rows("message_id", "message_failures") == [("young",)]
        assert len(rows("id")) == 1
        operations.delete_expired(now() + timedelta(days=15))
        assert rows("id") == []
