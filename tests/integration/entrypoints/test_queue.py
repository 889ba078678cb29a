"""The frame of a queue's consumer: what is done, what comes again, what is buried."""

import gc
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from mara.entrypoints.queue import consumer
from mara.kernel.errors import Conflict, Invalid, NotFound, Unavailable
from mara.kernel.messages import Message
from mara.platform import sqs
from tests.support.aws import aws_of_moto


class GreetPerson(Message):
    name: str


class Unknown(NotFound):
    title = "Unknown"


class Refused(Invalid):
    title = "Refused"


class Down(Unavailable):
    title = "Down"


class Done(Conflict):
    title = "Done"


FAILURES: dict[str, Exception] = {
    "unknown": Unknown("There is no such person."),
    "refused": Refused("That is no name."),
    "down": Down("Later."),
    "done": Done("Greeted already."),
    "bug": ZeroDivisionError(),
}


@pytest.fixture
def dead_letters() -> Iterator[Any]:
    with aws_of_moto():
        client = boto3.client("sqs")
        queue = client.create_queue(QueueName="mara-local-greet-person-dead")
        sqs.client.cache_clear()
        sqs.queue_url.cache_clear()
        yield lambda: [
            json.loads(message["Body"])
            for message in client.receive_message(
                QueueUrl=queue["QueueUrl"], MaxNumberOfMessages=10
            ).get("Messages", [])
        ]
        sqs.client.cache_clear()
        sqs.queue_url.cache_clear()


def consume(*bodies: str) -> tuple[list[str], list[str]]:
    """Who was greeted, and which messages shall come again."""
    greeted: list[str] = []

    @consumer(GreetPerson)
    def handler(message: GreetPerson) -> None:
        if message.name in FAILURES:
            raise FAILURES[message.name]
        greeted.append(message.name)

    records = [{"messageId": str(i), "body": body} for i, body in enumerate(bodies)]
    response = handler({"Records": records}, None)
    return greeted, [item["itemIdentifier"] for item in response["batchItemFailures"]]


def deliver(record: dict[str, Any]) -> list[str]:
    """The ids of the messages that shall come again."""

    @consumer(GreetPerson)
    def handler(message: GreetPerson) -> None:
        raise FAILURES[message.name]

    response = handler({"Records": [record]}, None)
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


@contextmanager
def waits_noted(waits: list[int]) -> Iterator[None]:
    """Record the waits that SQS was asked for."""

    def note(params: dict[str, Any], **_: Any) -> None:
        waits.append(params["VisibilityTimeout"])

    events = sqs.client().meta.events
    events.register("provide-client-params.sqs.ChangeMessageVisibility", note)
    yield


def greet(name: str) -> str:
    return json.dumps({"name": name})


class TestConsumer:
    """Invariant 26: a poison message reaches the dead letters, its neighbours succeed."""

    def test_a_poison_message_is_buried_with_its_reason_and_its_neighbours_succeed(
        self, dead_letters: Any
    ) -> None:
        greeted, again = consume(greet("anna"), "{not json", greet("unknown"), greet("boris"))
        assert (greeted, again) == (["anna", "boris"], [])
        letters = {letter["reason"]: letter for letter in dead_letters()}
        assert letters["Unknown"]["body"] == greet("unknown")
        assert letters["Unknown"]["detail"] == "There is no such person."
        assert letters["ValidationError"]["body"] == "{not json"

    @pytest.mark.parametrize("name", ["down", "bug"])
    def test_what_may_succeed_later_comes_again(self, name: str, dead_letters: Any) -> None:
        assert consume(greet("anna"), greet(name)) == (["anna"], ["1"])
        assert dead_letters() == []

    def test_what_is_done_already_is_done(self, dead_letters: Any) -> None:
        assert consume(greet("done")) == ([], [])
        assert dead_letters() == []

    def test_after_the_first_batch_garbage_collection_skips_what_is_loaded(self) -> None:
        gc.unfreeze()
        try:
            consume(greet("anna"))
            assert gc.get_freeze_count() > 0
        finally:
            gc.unfreeze()

    def test_where_the_dead_letters_cannot_be_reached_sqs_counts_it_down(self) -> None:
        with aws_of_moto():  # without the queue
            sqs.client.cache_clear()
            sqs.queue_url.cache_clear()
            assert consume(greet("refused")) == ([], ["0"])

    def test_what_is_postponed_comes_again_soon(self, log: io.StringIO) -> None:
        """Not after the visibility timeout, which is six times that of the function."""
        with aws_of_moto():
            client = boto3.client("sqs")
            url = client.create_queue(
                QueueName="mara-local-greet-person", Attributes={"VisibilityTimeout": "1800"}
            )["QueueUrl"]
            sqs.client.cache_clear()
            sqs.queue_url.cache_clear()
            waits: list[int] = []
            with waits_noted(waits):
                for received in range(1, 7):
                    client.send_message(QueueUrl=url, MessageBody=greet("down"))
                    (message,) = client.receive_message(QueueUrl=url)["Messages"]
                    record = {
                        "messageId": "1",
                        "body": message["Body"],
                        "receiptHandle": message["ReceiptHandle"],
                        "attributes": {"ApproximateReceiveCount": str(received)},
                    }
                    assert deliver(record) == ["1"]
            assert waits == [1, 5, 25, 125, 625, 900]
            # A handle that is no longer valid does not hide the failure.
            assert deliver({**record, "receiptHandle": "gone"}) == ["1"]
            assert "message_wait_not_shortened" in log.getvalue()
            sqs.client.cache_clear()
            sqs.queue_url.cache_clear()
