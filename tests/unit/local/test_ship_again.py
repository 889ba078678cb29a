"""`mara ship-again` against S3 in this process (moto)."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local import ship_again as command
from infra.local.ship_again import ShippedAgain, take_all
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


class Taken:
    """A function that ships each batch whole."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def __call__(self, event: dict[str, Any]) -> int:
        self.events.append(event)
        return 0


class TestTakeAll:
    def test_calls_with_each_event_once_and_empties_the_bucket(self, s3: Any) -> None:
        for number in range(1100):
            give_up(s3, number)
        taken = Taken()
        assert take_all(s3, BUCKET, taken) == ShippedAgain(shipped=1100)
        assert [int(event["awslogs"]["data"]) for event in taken.events] == list(range(1100))
        assert take_all(s3, BUCKET, taken) == ShippedAgain()

    def test_has_an_event_that_no_queue_would_hold(self, s3: Any) -> None:
        give_up(s3, 1, "x" * SQS_MESSAGE_BYTES_MAX)
        taken = Taken()
        assert take_all(s3, BUCKET, taken).shipped == 1
        assert len(taken.events[0]["awslogs"]["data"]) > SQS_MESSAGE_BYTES_MAX

    def test_keeps_what_could_not_be_called(self, s3: Any) -> None:
        give_up(s3, 1)

        def fail(_: dict[str, Any]) -> int:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            take_all(s3, BUCKET, fail)
        assert take_all(s3, BUCKET, Taken()).shipped == 1

    def test_keeps_a_batch_of_which_lines_were_refused_and_goes_on(self, s3: Any) -> None:
        for number in range(3):
            give_up(s3, number)
        found = take_all(s3, BUCKET, lambda event: 5 if event["awslogs"]["data"] == "1" else 0)
        assert found == ShippedAgain(shipped=2, kept=1, refused_lines=5)
        taken = Taken()
        take_all(s3, BUCKET, taken)
        assert [event["awslogs"]["data"] for event in taken.events] == ["1"]


class FailingFunction:
    def invoke(self, **_: Any) -> dict[str, str]:
        return {"FunctionError": "Unhandled"}


class RefusingFunction:
    """Loki refuses some lines of each batch but the first."""

    def __init__(self) -> None:
        self.calls = 0

    def invoke(self, **_: Any) -> dict[str, Any]:
        self.calls += 1
        dropped = 0 if self.calls == 1 else 400
        return {"StatusCode": 200, "Payload": io.BytesIO(b'{"stored": 9, "dropped": %d}' % dropped)}


def call_with(monkeypatch: pytest.MonkeyPatch, function: object, s3: Any) -> None:
    clients = {"lambda": function, "s3": s3}
    monkeypatch.setattr(command, "client_of", lambda _stage, name: clients[name])


class TestShipAgain:
    def test_ends_at_a_batch_that_fails_again_and_keeps_it(
        self, s3: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call_with(monkeypatch, FailingFunction(), s3)
        give_up(s3, 1)
        with pytest.raises(RuntimeError, match="failed again"):
            command.ship_again("local")
        assert take_all(s3, BUCKET, Taken()).shipped == 1

    def test_says_what_it_shipped(self, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        call_with(monkeypatch, RefusingFunction(), s3)
        give_up(s3, 1)
        assert command.ship_again("local") == "1 batches were shipped by mara-local-ship-logs"

    def test_says_which_it_keeps_because_lines_were_refused(
        self, s3: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call_with(monkeypatch, RefusingFunction(), s3)
        for number in range(3):
            give_up(s3, number)
        with pytest.raises(RuntimeError, match=r"^1 batches .*; 2 are kept in .* refused 800 of"):
            command.ship_again("local")
        assert take_all(s3, BUCKET, Taken()).shipped == 2
