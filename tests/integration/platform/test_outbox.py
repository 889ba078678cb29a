"""Messages that leave if and only if their transaction was committed."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import boto3
import pytest

from mara.kernel.messages import Event, Message, Publish, PublishAll
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.platform import outbox, outbox_rows, sns, sqs
from mara.platform.clock import now
from mara.platform.database import connection, disconnect, transaction
from tests.support.aws import aws_of_moto
from tests.support.fakes.database import FakeDatabase

pytestmark = pytest.mark.usefixtures("database")


class GreetPerson(Message):
    name: str


class PersonGreeted(Event):
    name: str


Received = Callable[[], list[str]]
DELETE_AND_LOSE = "SELECT pg_terminate_backend(pg_backend_pid()), %s::uuid[]"
"""As where the server ends while the rows of sent messages are deleted."""


@pytest.fixture
def aws_without_queues() -> Iterator[None]:
    with aws_of_moto():
        yield


@pytest.fixture
def received() -> Iterator[Received]:
    with aws_of_moto():
        client = boto3.client("sqs")
        url = client.create_queue(QueueName="mara-local-greet-person")["QueueUrl"]

        def read() -> list[str]:
            answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
            return [json.loads(m["Body"])["name"] for m in answer.get("Messages", [])]

        yield read


def waiting() -> int:
    with transaction(SYSTEM):
        row: Any = connection().execute("SELECT count(*) FROM outbox").fetchone()
        return int(row[0])


def all_of(received: Received) -> list[str]:
    """What is received until nothing is left."""
    return [name for names in iter(received, []) for name in names]


def break_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(queue: str, *_: object) -> None:
        raise sqs.SendFailed(queue)

    monkeypatch.setattr(sqs, "send", fail)


def by_list(message: Message) -> None:
    outbox.publish_all([message])


@pytest.mark.parametrize("publish", [outbox.publish, by_list])
class TestPublish:
    """Invariant 28: what the database commits and what the queues carry agree."""

    def test_a_committed_message_is_sent_right_after(
        self, publish: Publish, received: Received
    ) -> None:
        with transaction(SYSTEM):
            publish(GreetPerson(name="anna"))
            assert received() == []
        assert received() == ["anna"]
        assert waiting() == 0

    def test_a_rollback_drops_it(self, publish: Publish, received: Received) -> None:
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
            publish(GreetPerson(name="anna"))
            raise ZeroDivisionError
        assert received() == []
        assert waiting() == 0

    def test_a_queue_that_is_down_fails_nothing_and_the_relay_sends_it(
        self, publish: Publish, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            break_the_queue(broken)
            with transaction(SYSTEM):
                publish(GreetPerson(name="anna"))
            assert waiting() == 1
            assert outbox.relay(now() + timedelta(minutes=1)) == 0
        assert outbox.relay(now() + timedelta(minutes=1)) == 1
        assert received() == ["anna"]
        assert waiting() == 0

    def test_a_database_lost_after_the_commit_fails_nothing(
        self, publish: Publish, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send = sqs.send

        def send_and_lose(*arguments: Any) -> None:
            send(*arguments)
            lost.setattr(outbox, "DELETE", DELETE_AND_LOSE)

        with monkeypatch.context() as lost:
            lost.setattr(sqs, "send", send_and_lose)
            with transaction(SYSTEM):
                publish(GreetPerson(name="anna"))
        assert received() == ["anna"]
        assert waiting() == 1

    def test_a_process_that_dies_between_commit_and_send_loses_nothing(
        self, publish: Publish, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disconnect()

        def die(queue: str, *_: object) -> None:
            os._exit(9)

        def commit() -> None:
            with transaction(SYSTEM):
                publish(GreetPerson(name="anna"))

        with monkeypatch.context() as deadly:
            deadly.setattr(sqs, "send", die)
            process = get_context("fork").Process(target=commit)
            process.start()
            process.join()
        assert process.exitcode == 9
        assert outbox.relay(now() + timedelta(minutes=1)) == 1
        assert received() == ["anna"]


class TestPublishAll:
    def test_of_nothing_stores_nothing(self) -> None:
        with transaction(SYSTEM):
            outbox.publish_all([])
        assert waiting() == 0

    def test_sends_many_in_requests_of_ten(
        self, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = list[int]()
        send_all = sqs.send_all

        def count(queue: str, messages: Sequence[sqs.QueueMessage]) -> list[int]:
            sizes.append(len(messages))
            return send_all(queue, messages)

        monkeypatch.setattr(sqs, "send_all", count)
        names = [f"person {number}" for number in range(25)]
        with transaction(SYSTEM):
            outbox.publish_all([GreetPerson(name=name) for name in names])
        assert sizes == [10, 10, 5]
        assert sorted(all_of(received)) == sorted(names)
        assert waiting() == 0

    def test_sends_no_request_of_more_bytes_than_are_taken(self, received: Received) -> None:
        names = [letter * 120_000 for letter in "abc"]
        with transaction(SYSTEM):
            outbox.publish_all([GreetPerson(name=name) for name in names])
        assert sorted(all_of(received)) == names
        assert waiting() == 0

    def test_leaves_more_than_a_hundred_to_the_relay(self, received: Received) -> None:
        names = [f"person {number:03}" for number in range(outbox.SENT_AT_ONCE_MAX + 1)]
        with transaction(SYSTEM):
            outbox.publish_all([GreetPerson(name=name) for name in names])
        assert (received(), waiting()) == ([], len(names))
        assert outbox.relay(now()) == len(names)
        assert sorted(all_of(received)) == names

    def test_stores_the_messages_in_their_order(self) -> None:
        names = [f"person {number}" for number in range(40)]
        with transaction(SYSTEM):
            outbox_rows.store([GreetPerson(name=name) for name in names], left_to_relay=True)
            rows = connection().execute("SELECT body FROM outbox ORDER BY created_at").fetchall()
        assert [json.loads(body)["name"] for (body,) in rows] == names

    def test_keeps_those_that_the_queue_did_not_accept(
        self, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A request of ten may be accepted in part."""
        send_all = sqs.send_all
        with monkeypatch.context() as broken:
            broken.setattr(sqs, "send_all", lambda queue, bodies: send_all(queue, bodies[:2]))
            with transaction(SYSTEM):
                outbox.publish_all([GreetPerson(name=name) for name in ("anna", "boris", "vera")])
        assert sorted(received()) == ["anna", "boris"]
        assert waiting() == 1
        assert outbox.relay(now() + timedelta(minutes=1)) == 1
        assert received() == ["vera"]

    def test_a_rollback_drops_all(self, received: Received) -> None:
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
            outbox.publish_all([GreetPerson(name="anna"), GreetPerson(name="boris")])
            raise ZeroDivisionError
        assert (received(), waiting()) == ([], 0)

    def test_a_process_that_dies_between_commit_and_send_loses_nothing(
        self, received: Received, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        disconnect()

        def die(queue: str, bodies: Sequence[str]) -> list[int]:
            os._exit(9)

        def commit() -> None:
            with transaction(SYSTEM):
                outbox.publish_all([GreetPerson(name="anna"), GreetPerson(name="boris")])

        with monkeypatch.context() as deadly:
            deadly.setattr(sqs, "send_all", die)
            process = get_context("fork").Process(target=commit)
            process.start()
            process.join()
        assert process.exitcode == 9
        assert outbox.relay(now() + timedelta(minutes=1)) == 2
        assert sorted(received()) == ["anna", "boris"]

    def test_takes_events_and_messages_of_several_queues(self, received: Received) -> None:
        told = subscriber("person-greeted")
        with transaction(SYSTEM):
            outbox.publish_all(
                [
                    PersonGreeted(name="anna"),
                    GreetPerson(name="boris"),
                    PersonGreeted(name="vera"),
                    GreetPerson(name="gleb"),
                ]
            )
        assert sorted(json.loads(body)["name"] for body in told()) == ["anna", "vera"]
        assert sorted(received()) == ["boris", "gleb"]
        assert waiting() == 0


@dataclass(frozen=True)
class Outbox:
    """``stored`` counts the messages of committed transactions."""

    unit_of_work: UnitOfWork
    publish: Publish
    publish_all: PublishAll
    stored: Callable[[], int]


@pytest.fixture(params=["fake", "postgres"])
def any_outbox(request: pytest.FixtureRequest) -> Outbox:
    if request.param == "postgres":
        return Outbox(transaction, outbox.publish, outbox.publish_all, waiting)
    fake = FakeDatabase()
    return Outbox(
        fake.unit_of_work, fake.publish, fake.publish_all, lambda: fake.published(Message)
    )


@pytest.mark.usefixtures("aws_without_queues")
class TestContract:
    """Of the ports, for the outbox and the fake of the fast tests; no queue takes a message."""

    def test_messages_are_stored_with_the_transaction(self, any_outbox: Outbox) -> None:
        with any_outbox.unit_of_work(SYSTEM):
            any_outbox.publish(GreetPerson(name="anna"))
            any_outbox.publish_all([GreetPerson(name="boris"), PersonGreeted(name="vera")])
            any_outbox.publish_all([])
        assert any_outbox.stored() == 3

    def test_messages_are_dropped_with_it(self, any_outbox: Outbox) -> None:
        with pytest.raises(ZeroDivisionError), any_outbox.unit_of_work(SYSTEM):
            any_outbox.publish(GreetPerson(name="anna"))
            any_outbox.publish_all([GreetPerson(name="boris"), PersonGreeted(name="vera")])
            raise ZeroDivisionError
        assert any_outbox.stored() == 0

    def test_messages_need_a_transaction(self, any_outbox: Outbox) -> None:
        with pytest.raises(RuntimeError):
            any_outbox.publish_all([GreetPerson(name="anna")])


class TestPublishByRelay:
    """A request that stores a message for the relay sends nothing itself."""

    def test_a_committed_message_waits_for_the_next_look_of_the_relay(
        self, received: Received
    ) -> None:
        with transaction(SYSTEM):
            outbox_rows.publish_by_relay(GreetPerson(name="anna"))
        assert (received(), waiting()) == ([], 1)
        assert outbox.relay(now()) == 1
        assert (received(), waiting()) == (["anna"], 0)

    def test_a_rollback_drops_it(self, received: Received) -> None:
        with pytest.raises(ZeroDivisionError), transaction(SYSTEM):
            outbox_rows.publish_by_relay(GreetPerson(name="anna"))
            raise ZeroDivisionError
        assert outbox.relay(now()) == 0
        assert received() == []


class TestRelay:
    """One run of the schedule looks again every interval, until its period is over."""

    def test_sends_what_came_between_two_looks_within_the_interval(
        self, received: Received, capsys: pytest.CaptureFixture[str]
    ) -> None:
        started, waits = now(), list[float]()
        time = [started]
        sent_before: list[list[str]] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            time[0] += timedelta(seconds=seconds)
            sent_before.append(received())
            with transaction(SYSTEM):
                outbox_rows.publish_by_relay(GreetPerson(name=f"person {len(waits)}"))

        interval, period = timedelta(seconds=20), timedelta(seconds=58)
        assert outbox.Relay(interval, period, lambda: time[0], wait).run(started) == 2
        assert waits == [20, 20]
        assert (sent_before, received()) == ([[], ["person 1"]], ["person 2"])
        assert backlog(capsys) == 0  # one metric for one run

    def test_looks_once_where_the_interval_is_that_of_the_schedule(
        self, received: Received
    ) -> None:
        with transaction(SYSTEM):
            outbox_rows.publish_by_relay(GreetPerson(name="anna"))

        def wait(seconds: float) -> None:
            raise AssertionError(f"waits {seconds} s")

        minute = timedelta(minutes=1)
        assert outbox.Relay(minute, timedelta(seconds=58), now, wait).run(now()) == 1
        assert received() == ["anna"]

    def test_leaves_alone_what_is_just_being_sent(self, received: Received) -> None:
        with transaction(SYSTEM):
            outbox_rows.store([GreetPerson(name="anna")], left_to_relay=False)
        assert outbox.relay(now()) == 0
        assert (received(), waiting()) == ([], 1)


class TestBacklog:
    """What the alarm OutboxBacklog watches."""

    def test_grows_while_the_queue_is_down_and_is_nothing_once_all_is_sent(
        self,
        received: Received,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        with monkeypatch.context() as broken:
            break_the_queue(broken)
            with transaction(SYSTEM):
                outbox.publish(GreetPerson(name="Anna"))
            outbox.relay(now() + timedelta(minutes=10))
            assert 595 <= backlog(capsys) <= 605
        outbox.relay(now() + timedelta(minutes=10))
        assert backlog(capsys) == 0
        assert received() == ["Anna"]


def backlog(capsys: pytest.CaptureFixture[str]) -> int:
    """The value of the metric that the last relay wrote."""
    lines = capsys.readouterr().out.splitlines()
    (line,) = [json.loads(text) for text in lines if outbox.BACKLOG_METRIC in text]
    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["Stage"]]
    return int(line[outbox.BACKLOG_METRIC][0])


class TestEvents:
    """They go to the topic, and to those queues that subscribed to their name."""

    def test_reach_whoever_subscribed_to_them(self) -> None:
        with aws_of_moto():
            told = subscriber("person-greeted")
            not_told = subscriber("person-forgotten")
            with transaction(SYSTEM):
                outbox.publish(PersonGreeted(name="anna"))
            (body,) = [json.loads(body) for body in told()]
            assert (body["name"], body["event"]) == ("anna", "person-greeted")
            assert not_told() == []
        assert waiting() == 0

    def test_wait_for_the_relay_where_the_topic_does_not_take_them(self) -> None:
        with aws_of_moto():
            with transaction(SYSTEM):
                outbox.publish(PersonGreeted(name="anna"))
            assert waiting() == 1
            with transaction(SYSTEM):
                (id_,) = connection().execute("SELECT id FROM outbox").fetchone() or ()
            told = subscriber("person-greeted")
            assert outbox.relay(now() + timedelta(minutes=1)) == 1
            sent = {"name": "anna", "event": "person-greeted", "event_id": str(id_)}
            assert [json.loads(body) for body in told()] == [sent]
        assert waiting() == 0


def subscriber(event: str) -> Received:
    """A queue that the topic writes to, as a consumer's resources would say it."""
    topic = boto3.client("sns").create_topic(Name="mara-local-events")["TopicArn"]
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName=event)["QueueUrl"]
    wanted = ["QueueArn"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=wanted)["Attributes"]["QueueArn"]  # type: ignore[arg-type]
    boto3.client("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={
            "RawMessageDelivery": "true",
            "FilterPolicy": json.dumps({sns.ATTRIBUTE: [event]}),
        },
    )

    def read() -> list[str]:
        answer = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    return read
