"""Log lines as they are pushed: level, ids, time, and the limits of a line and a push."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.logs.model import (
    LINE_BYTES_MAX,
    LogBatch,
    LogEntry,
    LogEvent,
    entries,
    pushes,
)

STREAM = "2026/11/28/mara-prod-log-in[$LATEST]0a1b"
AT_MS = 1_795_800_000_000


def entry_of(message: str) -> LogEntry:
    (found,) = entries(LogBatch(STREAM, [LogEvent(AT_MS, message)]))
    return found


class TestFunction:
    def test_is_read_from_the_name_of_the_stream(self) -> None:
        assert LogBatch(STREAM, ()).function == "mara-prod-log-in"

    @pytest.mark.parametrize("stream", ["2026/11/28/[$LATEST]0a1b", "", "log-in[$LATEST]0"])
    def test_is_unknown_where_the_stream_does_not_name_it(self, stream: str) -> None:
        assert LogBatch(stream, ()).function == "unknown"


class TestLevel:
    @pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
    def test_is_that_of_the_line(self, level: str) -> None:
        assert entry_of(json.dumps({"level": level, "message": "x"})).level == level

    @pytest.mark.parametrize("level", ["lots", 5, None, {"a": 1}])
    def test_is_never_another_value_since_it_is_a_label(self, level: object) -> None:
        assert entry_of(json.dumps({"level": level})).level == "INFO"

    def test_of_a_library_that_writes_no_json_is_error(self) -> None:
        assert entry_of("Traceback (most recent call last):").level == "ERROR"
        assert entry_of('["level", "INFO"]').level == "ERROR"

    def test_of_json_that_is_too_deep_to_be_read_is_error(self) -> None:
        assert entry_of('{"a":' + "[" * 200_000).level == "ERROR"

    @pytest.mark.parametrize("line", ["START RequestId: 1", "REPORT RequestId: 1\tDuration: 2 ms"])
    def test_of_a_line_of_lambda_is_info(self, line: str) -> None:
        assert entry_of(line).level == "INFO"

    def test_of_a_line_that_only_begins_like_one_of_lambda_is_error(self) -> None:
        assert entry_of("STARTED too late").level == "ERROR"


class TestMetadata:
    def test_is_the_ids_of_the_line_and_nothing_else(self) -> None:
        line = {"request_id": "r1", "user_id": "u1", "agent_id": None, "status": "200", "n_id": 5}
        assert entry_of(json.dumps(line)).metadata == {"request_id": "r1", "user_id": "u1"}

    def test_has_values_of_bounded_length(self) -> None:
        assert len(entry_of(json.dumps({"request_id": "r" * 10_000})).metadata["request_id"]) == 128


class TestTime:
    def test_keeps_the_order_of_lines_of_one_millisecond(self) -> None:
        batch = LogBatch(STREAM, [LogEvent(AT_MS, "same"), LogEvent(AT_MS, "same")])
        assert [entry.at_ns for entry in entries(batch)] == [AT_MS * 10**6, AT_MS * 10**6 + 1]

    def test_is_the_same_when_a_batch_comes_again(self) -> None:
        batch = LogBatch(STREAM, [LogEvent(AT_MS, str(n)) for n in range(5)])
        assert list(entries(batch)) == list(entries(batch))


class TestLine:
    def test_that_is_too_long_is_cut_and_marked(self) -> None:
        entry = entry_of("я" * LINE_BYTES_MAX)
        assert len(entry.line.encode()) <= LINE_BYTES_MAX
        assert entry.line.endswith("я [cut]")
        assert entry.metadata == {"cut": "true"}

    def test_of_the_greatest_length_is_whole(self) -> None:
        assert entry_of("x" * LINE_BYTES_MAX).line == "x" * LINE_BYTES_MAX

    def test_with_half_a_surrogate_pair_can_be_sent(self) -> None:
        entry_of("bad \ud83d").line.encode()


@given(sizes=st.lists(st.integers(0, 300), max_size=60), limit=st.integers(300, 900))
def test_pushes_hold_every_line_once_in_order_and_not_too_much(
    sizes: list[int], limit: int
) -> None:
    found = [LogEntry("INFO", n, "x" * size, {}) for n, size in enumerate(sizes)]
    split = list(pushes(found, limit))
    assert [entry for push in split for entry in push] == found
    assert all(push and sum(entry.size for entry in push) <= limit for push in split)
