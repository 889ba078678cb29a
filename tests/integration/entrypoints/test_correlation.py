"""One id in all log lines of what a request caused, and in those of nothing else."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from functions.api.operations.check_health.handler import handler as check_health
from functions.queues.answer_alerts.handler import handler as answer_alerts
from functions.queues.keep_dead_letters.handler import handler as keep_dead_letters
from functions.queues.post_alerts.handler import handler as post_alerts
from functions.queues.send_telegram.handler import handler as send_telegram
from mara.entrypoints.queue import consumer
from mara.entrypoints.schedule import schedule
from mara.kernel import correlation
from mara.kernel.errors import NotFound
from mara.kernel.messages import Message
from mara.kernel.unit_of_work import SYSTEM
from mara.platform import outbox, outbox_rows
from mara.platform.clock import now
from mara.platform.database import transaction
from mara.platform.telemetry import logger
from mara.queues.model.selection import Selection
from mara.telegram.adapters.updates import PostgresUpdates
from mara.telegram.model.update import ClaimedUpdate, Lane
from mara.wiring.queues import dead_letter_service
from mara.wiring.telegram_updates import lane_service
from tests.support.accounts import make_account
from tests.support.alerting import RUNBOOK, alertmanager, an_alert, make_intake
from tests.support.cloud import Cloud, cloud_of_moto
from tests.support.events import call
from tests.support.knowledge import learn
from tests.support.money import make_owner
from tests.support.simulated_sending import sending_to_a_simulator
from tests.support.stored_bots import add_bot
from tests.support.telegram import Scene
from tests.support.webhooks_world import WebhookWorld

pytestmark = pytest.mark.usefixtures("database")

Record = dict[str, Any]
WORKERS: dict[str, Callable[..., Any]] = {
    "answer-alerts": answer_alerts,
    "post-alerts": post_alerts,
    "send-telegram": send_telegram,
}


class PurgeDocument(Message):
    name: str


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with cloud_of_moto() as found:
        yield found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with sending_to_a_simulator(monkeypatch) as found:
        yield found


def receive(cloud: Cloud, queue: str) -> list[Record]:
    """The messages of a queue as Lambda hands them over."""
    url = cloud.sqs.get_queue_url(QueueName=f"mara-local-{queue}")["QueueUrl"]
    records: list[Record] = []
    while found := cloud.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in found:
            cloud.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            sent: dict[str, Any] = message.get("MessageAttributes", {})
            records.append(
                {
                    "messageId": message["MessageId"],
                    "body": message["Body"],
                    "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:mara-local-{queue}",
                    "messageAttributes": {
                        name: {"stringValue": one["StringValue"]} for name, one in sent.items()
                    },
                }
            )
    return records


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def forget(log: io.StringIO) -> None:
    log.seek(0)
    log.truncate()


def publish(*names: str) -> None:
    """Each message as a request of its own, whose id is its name."""
    for name in names:
        with correlation.following(name), transaction(SYSTEM):
            outbox.publish(PurgeDocument(name=name))


def consume(records: list[Record]) -> None:
    """Log a line for each message."""

    @consumer(PurgeDocument)
    def handler(message: PurgeDocument) -> None:
        logger.info("handled", name_of=message.name)
        if message.name == "dead":
            raise NotFound("There is none.")

    handler({"Records": records}, None)


class TestARequest:
    @pytest.mark.parametrize(
        ("sent", "logged"),
        [
            pytest.param({}, "req-1", id="without an id"),
            pytest.param({"X-Request-Id": "my-trace-7"}, "my-trace-7", id="with an id"),
            pytest.param({"X-Request-Id": "x" * 65}, "req-1", id="with a long id"),
            pytest.param({"X-Request-Id": 'a"} {"b'}, "req-1", id="with more than an id"),
        ],
    )
    def test_is_logged_under_the_id_of_its_caller_where_that_is_valid(
        self, sent: dict[str, str], logged: str, log: io.StringIO
    ) -> None:
        answer = call(check_health, "GET", "/api/v1/health", headers=sent)
        assert answer.headers["x-request-id"] == "req-1"
        (line,) = lines(log)
        assert (line["request_id"], line["correlation_id"]) == ("req-1", logged)
        assert correlation.current() is None


class TestABatch:
    def test_is_logged_message_by_message(self, cloud: Cloud, log: io.StringIO) -> None:
        publish("one", "two")
        consume(receive(cloud, "purge-document"))
        found = [(line["message"], line["correlation_id"]) for line in lines(log)]
        assert sorted(found) == [
            *(("handled", "one"), ("handled", "two")),
            *(("message_consumed", "one"), ("message_consumed", "two")),
        ]

    def test_leaves_its_id_to_no_later_invocation(self, cloud: Cloud, log: io.StringIO) -> None:
        publish("one")
        consume(receive(cloud, "purge-document"))
        foreign = {"messageId": "m-2", "body": json.dumps({"name": "of no request"})}
        consume([foreign])
        logger.info("outside")
        found = [(line.get("name_of"), line.get("correlation_id")) for line in lines(log)]
        assert found == [
            *(("one", "one"), (None, "one")),
            *(("of no request", "m-2"), (None, "m-2")),
            (None, None),
        ]

    def test_of_the_relay_keeps_the_id_of_each_row(self, cloud: Cloud, log: io.StringIO) -> None:
        for name in ("one", "two"):
            with correlation.following(name), transaction(SYSTEM):
                outbox_rows.store([PurgeDocument(name=name)], left_to_relay=True)
        with correlation.following("of the relay"):
            assert outbox.relay(now()) == 2
        forget(log)
        consume(receive(cloud, "purge-document"))
        handled = [line for line in lines(log) if line["message"] == "handled"]
        assert [line["correlation_id"] for line in handled] == [line["name_of"] for line in handled]

    def test_that_died_and_is_sent_again_keeps_its_ids(
        self, cloud: Cloud, log: io.StringIO
    ) -> None:
        publish("dead")
        consume(receive(cloud, "purge-document"))
        dead = receive(cloud, "purge-document-dead")
        assert keep_dead_letters({"Records": dead}, None) == {"batchItemFailures": []}
        with correlation.following("of the operator"):
            dead_letter_service().redrive(None, "purge-document", Selection())
            assert outbox.relay(now()) == 1
        (again,) = receive(cloud, "purge-document")
        consume([again])
        assert "mara-redrive-of" in again["messageAttributes"]
        found = {line["message"]: line["correlation_id"] for line in lines(log)}
        assert found == dict.fromkeys(("handled", "message_refused", "message_dead"), "dead")


class TestARunOfASchedule:
    def test_has_an_id_that_what_it_publishes_carries(self, cloud: Cloud, log: io.StringIO) -> None:
        @schedule("purge")
        def run(_now: datetime) -> None:
            with transaction(SYSTEM):
                outbox.publish(PurgeDocument(name="of a schedule"))

        for _ in range(2):
            run({}, None)
        consume(receive(cloud, "purge-document"))
        runs = [line["correlation_id"] for line in lines(log) if line["message"] == "tick_done"]
        handled = [line["correlation_id"] for line in lines(log) if line["message"] == "handled"]
        assert len(set(runs)) == 2
        assert sorted(handled) == sorted(runs)


class TestRowsOfWork:
    """One worker takes rows of several requests, and follows each."""

    def test_in_a_lane_are_followed_one_by_one(self) -> None:
        bot, seen = add_bot(make_owner()), list[tuple[int, str | None]]()
        for number, name in enumerate(("one", "two")):
            update = ClaimedUpdate(bot.id, bot.owner_id, number, "chat:1", b"{}", now())
            with correlation.following(name), transaction(bot.owner_id):
                assert PostgresUpdates().claim(update)

        class Handler:
            def handle(self, update: ClaimedUpdate, _holder: UUID) -> bool:
                seen.append((update.update_id, correlation.current()))
                with transaction(bot.owner_id):
                    PostgresUpdates().handled(update)
                return True

        handler: Any = Handler()
        with correlation.following("of the doorbell"):
            replace(lane_service(), handler=handler).work(Lane(bot.id, bot.owner_id, "chat:1"))
        assert seen == [(0, "one"), (1, "two")]

    def test_of_webhooks_are_logged_one_by_one(self, log: io.StringIO) -> None:
        world, anna = WebhookWorld(at=now()), make_account("anna")
        webhook, _ = world.create(anna)
        for name in ("one", "two"):
            with correlation.following(name):
                world.deliveries.test(anna.principal, webhook.id)
        forget(log)
        with correlation.following("of the doorbell"):
            world.sending().send_due()
        shown = [line for line in lines(log) if line["message"] == "webhook_attempt"]
        assert sorted(line["correlation_id"] for line in shown) == ["one", "two"]
        assert {line["status"] for line in shown} == {204}


class TestAnAlert:
    def test_is_one_id_from_its_route_to_telegram(
        self, cloud: Cloud, here: Scene, log: io.StringIO
    ) -> None:
        """Two alerts of two requests share doorbells, a bot and a chat; their lines do not."""
        anna = make_account("anna")
        learn(anna.id, "runbooks.md", RUNBOOK)
        bot = add_bot(anna.id, here.bot.user.id, token=here.bot.token, target_chat_id=here.group.id)
        intake = make_intake(anna, config_id=str(bot.id))
        forget(log)
        crash = alertmanager(an_alert())
        disk = alertmanager(
            an_alert(labels={"alertname": "NodeFilesystemAlmostOutOfSpace"}, fingerprint="disk")
        )
        for name, body in (("alert-one", crash), ("alert-two", disk)):
            headers = {**intake.bearer, "X-Request-Id": name}
            assert intake.post(body, headers=headers).status == 202
        for _ in range(5):
            outbox.relay(now() + timedelta(minutes=1))
            for queue, worker in WORKERS.items():
                for record in receive(cloud, queue)[:1]:
                    assert worker({"Records": [record]}, None) == {"batchItemFailures": []}
        # The events of the account, which was made before, have no topic here.
        shown = [line for line in lines(log) if line["message"] != "outbox_send_failed"]
        sent = [line for line in shown if line["message"] == "telegram_request"]
        assert {line["correlation_id"] for line in sent} == {"alert-one", "alert-two"}
        assert {line["outcome"] for line in sent} == {"sent"}
        assert {line["correlation_id"] for line in shown} == {"alert-one", "alert-two"}
