"""Proof 3 of the contract: a redrive repeats no effect, and what dies has a reason."""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from mara.entrypoints.dead_letter_queue import DLQ_SUFFIX
from mara.entrypoints.queue import consumer
from mara.kernel.errors import NotFound
from mara.kernel.messages import Message
from mara.kernel.principal import Role
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import outbox, sns, sqs
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, transaction
from mara.queues.model.selection import Selection
from mara.wiring.queues import dead_letter_service
from tests.support.accounts import make_account
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.dead_letters import ARN, QUEUE, moved, redriven, rows
from tests.support.parallel import outcomes

GOOD, POISON = 900, 100
RECEIVES_MAX = 5

Receive = Callable[[str], list[dict[str, Any]]]

pytestmark = pytest.mark.usefixtures("database")


class IngestDocument(Message):
    document_id: UUID


class Missing(NotFound):
    title = "Missing"


class Worker:
    """A consumer that is idempotent by its document; poison fails at each try."""

    def __init__(self, poison: frozenset[UUID]) -> None:
        self.poison, self.effects, self.seen = poison, Counter[UUID](), set[UUID]()

    def work(self, records: list[dict[str, Any]]) -> None:
        @consumer(IngestDocument)
        def handler(message: IngestDocument) -> None:
            if message.document_id in self.poison:
                raise Missing("There is no such document.")
            if message.document_id not in self.seen:
                self.seen.add(message.document_id)
                self.effects[message.document_id] += 1

        assert handler({"Records": records}, None) == {"batchItemFailures": []}


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as found:
        yield found


@pytest.fixture
def admin() -> UUID:
    return make_account("root", Role.ADMIN).id


def receive_of(cloud: Cloud, queue: str) -> list[dict[str, Any]]:
    """All messages of a queue, as Lambda hands them over."""
    url = cloud.sqs.get_queue_url(QueueName=f"mara-local-{queue}")["QueueUrl"]
    records = []
    while found := cloud.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in found:
            attributes = {
                name: {"stringValue": value["StringValue"], "dataType": "String"}
                for name, value in message.get("MessageAttributes", {}).items()
            }
            records.append(
                {
                    "messageId": message["MessageId"],
                    "body": message["Body"],
                    "eventSourceARN": ARN.format(QUEUE),
                    "attributes": {"ApproximateReceiveCount": "1"},
                    "messageAttributes": attributes,
                }
            )
            cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return records


def quick_queues(monkeypatch: pytest.MonkeyPatch) -> Receive:
    """Queues in memory: moto takes minutes for a thousand messages."""
    queues: dict[str, list[dict[str, Any]]] = {}

    def add(queue: str, body: str, origin: str | None = None) -> None:
        record = moved(str(uuid4()), body, received=1)
        queues.setdefault(queue, []).append(redriven(record, origin) if origin else record)

    def send_all(queue: str, messages: Sequence[sqs.QueueMessage]) -> list[int]:
        for message in messages:
            add(queue, message.body, message.redrive_of)
        return list(range(len(messages)))

    monkeypatch.setattr(sqs, "send_all", send_all)
    monkeypatch.setattr(sqs, "send", lambda queue, body, *_: add(queue, body))
    monkeypatch.setattr(sns, "publish", lambda *_: None)
    return lambda queue: queues.pop(queue, [])


def keep(records: list[dict[str, Any]]) -> None:
    for start in range(0, len(records), 10):
        keep_dead_letters({"Records": records[start : start + 10]}, None)


def die(documents: list[UUID]) -> None:
    keep(
        [
            moved(f"m-{number}", json.dumps({"document_id": str(document)}))
            for number, document in enumerate(documents)
        ]
    )


def redrive_all(admin: UUID) -> int:
    """As a client does it: part by part, to the end."""
    count, selection = 0, Selection()
    while True:
        decision = dead_letter_service().redrive(admin, QUEUE, selection)
        count += decision.count
        if decision.next_cursor is None:
            return count
        selection = Selection.of_cursor(decision.next_cursor)


def redrive_and_work(receive: Receive, admin: UUID, worker: Worker) -> int:
    """One redrive of all, its messages, and the letters that come of it; how many were redriven."""
    count = redrive_all(admin)
    while outbox.relay(now()):
        pass
    worker.work(receive(QUEUE))
    keep(receive(f"{QUEUE}-{DLQ_SUFFIX}"))
    return count


class TestRedrive:
    @pytest.mark.proof
    def test_of_a_thousand_twice_and_in_parallel_repeats_no_effect(
        self, admin: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        receive = quick_queues(monkeypatch)
        documents = [uuid4() for _ in range(GOOD + POISON)]
        worker = Worker(frozenset(documents[GOOD:]))
        die(documents)
        found = outcomes(lambda _: str(redrive_all(admin)), range(3))
        assert sum(map(int, found)) == GOOD + POISON
        assert redrive_and_work(receive, admin, worker) == 0
        assert worker.effects == Counter(documents[:GOOD])
        first = rows("id", "dead_letters WHERE state = 'redriven'")
        again = rows("first_id, reason", "dead_letters WHERE state = 'waiting'")
        assert len(again) == POISON
        assert {(link,) for link, _ in again} <= set(first)
        assert {reason for _, reason in again} == {"Missing"}
        assert redrive_and_work(receive, admin, worker) == POISON
        assert worker.effects == Counter(documents[:GOOD])

    def test_into_a_consumer_that_still_fails_ends_as_a_letter_again_linked_to_the_first(
        self, cloud: Cloud, admin: UUID
    ) -> None:
        receive = partial(receive_of, cloud)
        document = uuid4()
        worker = Worker(frozenset({document}))
        die([document])
        ((first,),) = rows("id")
        for _ in range(2):
            assert redrive_and_work(receive, admin, worker) == 1
        assert sorted(rows("state")) == [("redriven",), ("redriven",), ("waiting",)]
        assert rows("first_id", "dead_letters WHERE first_id IS NOT NULL") == [(first,)] * 2
        assert (outbox.relay(now()), receive_of(cloud, QUEUE)) == (0, [])

    def test_of_messages_that_the_outbox_sends_twice_has_one_effect(
        self, cloud: Cloud, admin: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The relay dies between sending and deleting."""
        documents = [uuid4(), uuid4()]
        die(documents)
        redrive_all(admin)
        with monkeypatch.context() as deadly, pytest.raises(ZeroDivisionError):
            deadly.setattr(outbox, "DELETE", "SELECT 1/0 WHERE %s IS NOT NULL")
            try:
                outbox.relay(now())
            except Exception as error:
                raise ZeroDivisionError from error
        outbox.relay(now())
        worker, records = Worker(frozenset()), receive_of(cloud, QUEUE)
        assert len(records) == 4
        worker.work(records)
        assert worker.effects == Counter(documents)


class TestKills:
    def test_at_each_try_leave_a_letter_with_a_reason(self) -> None:
        """The process is really killed, and SQS moves the message after the last try."""
        context, body = get_context("fork"), json.dumps({"document_id": str(uuid4())})

        def try_once(received: int) -> None:
            @consumer(IngestDocument)
            def handler(_message: IngestDocument) -> None:
                os.kill(os.getpid(), signal.SIGKILL)

            attributes = {"ApproximateReceiveCount": str(received)}
            record = {"messageId": "m-1", "body": body, "attributes": attributes}
            handler({"Records": [record]}, None)

        disconnect()
        for received in range(1, RECEIVES_MAX + 1):
            process = context.Process(target=try_once, args=(received,))
            process.start()
            process.join()
            assert process.exitcode == -9
        keep([moved("m-1", body, received=RECEIVES_MAX + 1)])
        assert rows("reason, attempts") == [("given up by SQS after 5 tries", 5)]


class TestManyLetters:
    @pytest.mark.proof
    def test_a_hundred_thousand_are_decided_on_by_requests_of_bounded_work(
        self, admin: UUID
    ) -> None:
        """One request, among 100 000 letters, takes no longer than a second."""
        die([uuid4()])
        with transaction(SYSTEM):
            connection().execute(COPIES)
        started = now()
        decision = dead_letter_service().redrive(admin, QUEUE, Selection())
        assert (now() - started).total_seconds() < 1
        assert decision.count + decision.unreadable == 200
        assert decision.remaining == 100_001 - 200
        assert decision.next_cursor is not None


# The copies cannot be decrypted: their bodies are bound to another row.
COPIES = """
    INSERT INTO dead_letters SELECT uuidv7(), queue, message_id || n, content_format,
        content_key_id, content_wrapped_key, content_nonce, content, reason, attempts,
        first_failed_at, last_failed_at, object_kind, object_id, owner_id, redrive_of, first_id,
        state, decided_at, decided_by, created_at
    FROM dead_letters CROSS JOIN generate_series(1, 100000) AS n
"""
