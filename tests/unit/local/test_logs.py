"""`mara logs` against CloudWatch Logs in this process (moto)."""

import time
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local import logs
from infra.local.cli import main

NOW_MS = int(time.time() * 1000)
MINUTE_MS = 60_000


@pytest.fixture
def cloudwatch() -> Any:
    with mock_aws():
        client = boto3.client("logs", region_name="eu-west-1")
        for name in ("log-in", "ask-agent"):
            client.create_log_group(logGroupName=f"/aws/lambda/mara-local-{name}")
            client.create_log_stream(
                logGroupName=f"/aws/lambda/mara-local-{name}", logStreamName="stream"
            )
        yield client


def write(client: Any, name: str, message: str, minutes_ago: float) -> None:
    client.put_log_events(
        logGroupName=f"/aws/lambda/mara-local-{name}",
        logStreamName="stream",
        logEvents=[{"timestamp": NOW_MS - int(minutes_ago * MINUTE_MS), "message": message}],
    )


class TestLines:
    def test_are_those_since_a_time_in_the_order_of_time(self, cloudwatch: Any) -> None:
        write(cloudwatch, "log-in", "old", 20)
        write(cloudwatch, "log-in", "second", 1)
        write(cloudwatch, "ask-agent", "first", 2)
        found = list(logs.lines(cloudwatch, NOW_MS - 15 * MINUTE_MS, {}))
        assert found == ["mara-local-ask-agent: first", "mara-local-log-in: second"]

    def test_are_read_once(self, cloudwatch: Any) -> None:
        next_ms: dict[str, int] = {}
        first_ms = NOW_MS - 15 * MINUTE_MS
        write(cloudwatch, "log-in", "first", 2)
        assert len(list(logs.lines(cloudwatch, first_ms, next_ms))) == 1
        write(cloudwatch, "ask-agent", "late, of another function", 3)
        write(cloudwatch, "log-in", "second", 1)
        found = list(logs.lines(cloudwatch, first_ms, next_ms))
        assert found == [
            "mara-local-ask-agent: late, of another function",
            "mara-local-log-in: second",
        ]
        assert list(logs.lines(cloudwatch, first_ms, next_ms)) == []


class TestCommand:
    def test_ends_without_following(
        self, cloudwatch: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(logs, "client", lambda _: cloudwatch)
        write(cloudwatch, "log-in", "old", 10)
        write(cloudwatch, "log-in", "recent", 1)
        assert main(["logs", "--no-follow"]) == 0
        assert capsys.readouterr().out == "mara-local-log-in: recent\n"
        assert main(["logs", "--since", "15", "--no-follow"]) == 0
        assert "old" in capsys.readouterr().out
