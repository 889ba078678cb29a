"""`mara logs` against CloudWatch Logs in this process (moto)."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local import aws, log_events, stacks
from infra.local.cli import main
from infra.local.log_line import parse, render
from infra.local.logs import LineFilter, LogReader
from tests.support.aws import aws_of_moto

MINUTE_MS = 60_000
GROUP = "/mara/local"


def stream_of(name: str) -> str:
    """As AWS and the emulator name it."""
    return f"2026/11/28/mara-local-{name}[$LATEST]0a1b"


@pytest.fixture
def cloudwatch() -> Any:
    with aws_of_moto():
        client = boto3.client("logs", region_name="eu-west-1")
        client.create_log_group(logGroupName=GROUP)
        for name in ("log-in", "ask-agent"):
            client.create_log_stream(logGroupName=GROUP, logStreamName=stream_of(name))
        yield client


def now_ms() -> int:
    """Not a constant: the suite may run for longer than the minutes that a command shows."""
    return int(time.time() * 1000)


def write(client: Any, name: str, message: str, minutes_ago: float) -> None:
    client.put_log_events(
        logGroupName=GROUP,
        logStreamName=stream_of(name),
        logEvents=[{"timestamp": now_ms() - int(minutes_ago * MINUTE_MS), "message": message}],
    )


def request_line(request_id: str, level: str = "INFO", message: str = "request") -> str:
    return json.dumps({"level": level, "message": message, "request_id": request_id, "status": 200})


def texts(reader: LogReader, wanted: LineFilter | None = None) -> list[tuple[str, str]]:
    return [(line.function, line.text) for line in reader.lines(wanted or LineFilter())]


@pytest.fixture
def reader(cloudwatch: Any) -> LogReader:
    return LogReader(cloudwatch, now_ms() - 15 * MINUTE_MS)


class TestLines:
    def test_are_those_since_a_time_in_the_order_of_time(
        self, cloudwatch: Any, reader: LogReader
    ) -> None:
        write(cloudwatch, "log-in", "old", 20)
        write(cloudwatch, "log-in", "second", 1)
        write(cloudwatch, "ask-agent", "first", 2)
        assert texts(reader) == [("ask_agent", "first"), ("log_in", "second")]

    def test_are_read_once(self, cloudwatch: Any, reader: LogReader) -> None:
        write(cloudwatch, "log-in", "first", 2)
        assert texts(reader) == [("log_in", "first")]
        write(cloudwatch, "ask-agent", "late, of another function", 2 + 1 / 60)
        write(cloudwatch, "log-in", "second", 1)
        assert texts(reader) == [
            ("ask_agent", "late, of another function"),
            ("log_in", "second"),
        ]
        assert texts(reader) == []

    def test_that_arrive_after_a_later_one_are_read_too(
        self, cloudwatch: Any, reader: LogReader
    ) -> None:
        write(cloudwatch, "log-in", "of a quick process", 1)
        assert texts(reader) == [("log_in", "of a quick process")]
        write(cloudwatch, "log-in", "of a slow one, a second before", 1 + 1 / 60)
        assert texts(reader) == [("log_in", "of a slow one, a second before")]

    def test_of_lambda_itself_are_hidden(self, cloudwatch: Any, reader: LogReader) -> None:
        for line in ("START RequestId: 1", "said", "END RequestId: 1", "REPORT RequestId: 1"):
            write(cloudwatch, "log-in", line, 1)
        assert texts(reader) == [("log_in", "said")]


class TestEvents:
    """The emulator's pages, which have no token of a next page (moto's have one)."""

    @given(
        st.lists(st.integers(5, 12), max_size=40).map(sorted),
        st.sampled_from([None, 0, 5, 7, 13]),
    )
    def test_beyond_one_page_are_read_by_their_time(
        self, times: list[int], first_ms: int | None
    ) -> None:
        size = max(Counter(times).values(), default=0) + 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(log_events, "PAGE_MAX", size)
            logs = OnePage([{"timestamp": at, "message": str(n)} for n, at in enumerate(times)])
            found = [event["message"] for event in log_events.events_of(logs, GROUP, first_ms)]
        assert found == [str(n) for n, at in enumerate(times) if at >= (first_ms or 0)]

    def test_of_one_millisecond_that_fill_a_page_end_no_reading(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log_events, "PAGE_MAX", 2)
        logs = OnePage([{"timestamp": at, "message": str(at)} for at in (1, 2, 2, 2, 3)])
        found = [event["message"] for event in log_events.events_of(logs, GROUP)]
        assert found == ["1", "2", "2", "3"]

    def test_of_several_pages_are_read_with_their_tokens(self, cloudwatch: Any) -> None:
        for n in range(3):
            write(cloudwatch, "log-in", str(n), 3 - n)
        found = [event["message"] for event in log_events.events_of(cloudwatch, GROUP)]
        assert found == ["0", "1", "2"]


class OnePage:
    """FilterLogEvents as the emulator answers it: the first page, without a token."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self._events = events

    def get_paginator(self, _: str) -> "OnePage":
        return self

    def paginate(self, *, startTime: int = 0, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        since = [event for event in self._events if event["timestamp"] >= startTime]
        yield {"events": since[: log_events.PAGE_MAX]}


class TestFilter:
    def test_takes_one_function(self, cloudwatch: Any, reader: LogReader) -> None:
        write(cloudwatch, "log-in", "a", 2)
        write(cloudwatch, "ask-agent", "b", 1)
        assert texts(reader, LineFilter(function="log_in")) == [("log_in", "a")]
        assert texts(reader, LineFilter(function="log")) == []

    def test_takes_one_request(self, cloudwatch: Any, reader: LogReader) -> None:
        for request_id in ("r1", "r2"):
            write(cloudwatch, "log-in", request_line(request_id), 1)
        assert texts(reader, LineFilter(request_id="r2")) == [("log_in", request_line("r2"))]

    def test_takes_a_level_and_those_above(self, cloudwatch: Any, reader: LogReader) -> None:
        levels = ("DEBUG", "INFO", "WARNING", "ERROR")
        for level in levels:
            write(cloudwatch, "log-in", request_line("r", level), 1)
        write(cloudwatch, "log-in", "Traceback of a library", 1)
        found = [text for _, text in texts(reader, LineFilter(level="WARNING"))]
        assert found == [
            *(request_line("r", level) for level in levels[2:]),
            "Traceback of a library",
        ]


class TestRender:
    def line(self, **fields: Any) -> str:
        message = json.dumps({"level": "INFO", "message": "request", **fields})
        return render(parse("log_in", 0, message), color=False)

    def test_shows_time_function_level_message_and_fields(self) -> None:
        shown = self.line(request_id="r1", status=200, user_id=None, service="mara")
        assert re.fullmatch(
            r"\d\d:\d\d:00\.000 log_in +INFO +request request_id=r1 status=200", shown
        )

    def test_shows_a_traceback_below_its_line(self) -> None:
        shown = self.line(exception="Traceback\n  here")
        assert shown.endswith("request\nTraceback\n  here")

    def test_shows_metrics_by_their_values(self) -> None:
        metric = {"_aws": {"Timestamp": 0}, "Network": "tron", "ChainLagBlocks": [0.0]}
        shown = render(parse("scan_chain", 0, json.dumps(metric)), color=False)
        assert shown.endswith("metric Network=tron ChainLagBlocks=[0.0]")

    def test_lets_no_value_control_the_terminal(self) -> None:
        for text in (self.line(name="\x1b[2J\x07"), render(parse("f", 0, "\x1b]0;t"), color=False)):
            assert "\x1b" not in text

    @pytest.mark.parametrize("field", ["message", "name", "ключ\nимя"])
    def test_lets_no_value_begin_a_line(self, field: str) -> None:
        fake = "x\n12:00:00.000 log_in INFO request user_id=other\r\nmore\u2028end"
        assert len(self.line(**{field: fake}).splitlines()) == 1
        assert "x\\n12:00:00.000 log_in" in self.line(**{field: fake})

    @pytest.mark.parametrize(("level", "code"), [("ERROR", "31"), ("WARNING", "33")])
    def test_colors_what_needs_attention(self, level: str, code: str) -> None:
        message = json.dumps({"level": level, "message": "request_failed"})
        assert render(parse("f", 0, message), color=True).startswith(f"\x1b[{code}m")

    def test_has_no_color_outside_a_terminal(self) -> None:
        assert "\x1b" not in render(parse("f", 0, '{"level":"ERROR","message":"m"}'))


class TestCommand:
    def test_names_a_function_that_does_not_exist(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
    ) -> None:
        monkeypatch.setattr(stacks, "supervisor_of", lambda _: 1)
        monkeypatch.setenv("MARA_HOME", str(tmp_path))
        assert main(["logs", "--no-follow", "--function", "nonsense"]) == 1
        assert "no function is called nonsense" in capsys.readouterr().err

    def test_ends_without_following(
        self,
        cloudwatch: Any,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        tmp_path: Path,
    ) -> None:
        monkeypatch.setattr(aws, "client", lambda _: cloudwatch)
        monkeypatch.setattr(stacks, "supervisor_of", lambda _: 1)
        monkeypatch.setenv("MARA_HOME", str(tmp_path))
        write(cloudwatch, "log-in", "old", 10)
        write(cloudwatch, "log-in", "recent", 1)
        assert main(["logs", "--no-follow"]) == 0
        assert capsys.readouterr().out.endswith("ERROR    recent\n")
        assert main(["logs", "--since", "15", "--no-follow"]) == 0
        assert "old" in capsys.readouterr().out
        assert main(["logs", "--no-follow", "--function", "ask_agent"]) == 0
        assert capsys.readouterr().out == ""
