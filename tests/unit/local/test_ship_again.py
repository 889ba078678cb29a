"""`mara ship-again` against S3 in this process (moto)."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local import ship_again as command
from infra.local.ship_again import take_all
from tests.support.aws import aws_of_moto

BUCKET = "mara-local-ship-logs-failed"
SQS_MESSAGE_BYTES_MAX = 1024 * 1024


@pytest.fixture
def s3() -> Iterator[Any]:
    with aws_of_moto():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def give_up(s3: Any, number: int, data: str = "") -> None:
    """As Lambda writes to the destination of failures."""
    record = {"version": "1.0", "requestPayload": {"awslogs": {"data": f"{number}{data}"}}}
    key = f"aws/lambda/async/mara-local-ship-logs/2026/11/29/{number:04d}"
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps(record).encode())


class TestTakeAll:
    def test_calls_with_each_event_once_and_empties_the_bucket(self, s3: Any) -> None:
        for number in range(1100):
            give_up(s3, number)
        called = list[dict[str, Any]]()
        assert take_all(s3, BUCKET, called.append) == 1100
        assert [int(event["awslogs"]["data"]) for event in called] == list(range(1100))
        assert take_all(s3, BUCKET, called.append) == 0

    def test_has_an_event_that_no_queue_would_hold(self, s3: Any) -> None:
        give_up(s3, 1, "x" * SQS_MESSAGE_BYTES_MAX)
        called = list[dict[str, Any]]()
        assert take_all(s3, BUCKET, called.append) == 1
        assert len(called[0]["awslogs"]["data"]) > SQS_MESSAGE_BYTES_MAX

    def test_keeps_what_could_not_be_called(self, s3: Any) -> None:
        give_up(s3, 1)

        def fail(_: dict[str, Any]) -> None:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            take_all(s3, BUCKET, fail)
        assert take_all(s3, BUCKET, lambda _: None) == 1


class FailingFunction:
    def invoke(self, **_: Any) -> dict[str, str]:
        return {"FunctionError": "Unhandled"}


class TestShipAgain:
    def test_ends_at_a_batch_that_fails_again_and_keeps_it(
        self, s3: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clients = {"lambda": FailingFunction(), "s3": s3}
        monkeypatch.setattr(command, "client_of", lambda _stage, name: clients[name])
        give_up(s3, 1)
        with pytest.raises(RuntimeError, match="failed again"):
            command.ship_again("local")
        assert take_all(s3, BUCKET, lambda _: None) == 1
