"""`mara ship-again` against SQS in this process (moto)."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.ship_again import take_all

QUEUE = "mara-local-ship-logs-failed"


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("sqs", region_name="eu-west-1")
        client.create_queue(QueueName=QUEUE, Attributes={"VisibilityTimeout": "0"})
        yield client


def give_up(sqs: Any, number: int) -> None:
    """As Lambda writes to the destination of failures."""
    record = {"version": "1.0", "requestPayload": {"awslogs": {"data": str(number)}}}
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(record))


class TestTakeAll:
    def test_calls_with_each_event_once_and_empties_the_queue(self, sqs: Any) -> None:
        for number in range(12):
            give_up(sqs, number)
        called = list[dict[str, Any]]()
        assert take_all(sqs, QUEUE, called.append) == 12
        assert sorted(int(event["awslogs"]["data"]) for event in called) == list(range(12))
        assert take_all(sqs, QUEUE, called.append) == 0

    def test_keeps_what_could_not_be_called(self, sqs: Any) -> None:
        give_up(sqs, 1)

        def fail(_: dict[str, Any]) -> None:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            take_all(sqs, QUEUE, fail)
        assert take_all(sqs, QUEUE, lambda _: None) == 1
