"""The log line: what Powertools writes, by a shorter way."""

import json
import logging
import sys
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from mara.platform.log_line import LineFormatter

TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def of_powertools() -> LambdaPowertoolsFormatter:
    formatter = LambdaPowertoolsFormatter(
        json_serializer=json.JSONEncoder(
            default=str, ensure_ascii=False, separators=(",", ":")
        ).encode,
        json_deserializer=str,
        utc=True,
        use_rfc3339=True,
        location=None,
    )
    formatter.append_keys(service="mara", sampling_rate=None)
    return formatter


def own() -> LineFormatter:
    formatter = LineFormatter()
    formatter.append_keys(service="mara", sampling_rate=None)
    return formatter


def record(message: object = "request", *args: object, **fields: Any) -> logging.LogRecord:
    made = logging.LogRecord("mara", logging.INFO, "/a.py", 1, message, args, None)
    vars(made).update(fields)
    return made


RECORDS = [
    record(),
    record(request_id="r1", status=200, user_id=None, path={"id": "ы"}, correlation_id="c1"),
    record(duration_ms=0.4, is_repeated=False, count=0, text="", value=object),
    record('{"not": "parsed"}'),
    record("%s of %s", 1, 2, error="x"),
    record(service="another"),
    record(exception="named"),
]


class TestLine:
    @pytest.mark.parametrize("traced", [None, "", TRACE])
    @pytest.mark.parametrize("found", RECORDS, ids=range(len(RECORDS)))
    def test_is_that_of_powertools_to_the_byte(
        self, found: logging.LogRecord, traced: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Leave a key out of the shorter way, or change their order, to see it fail."""
        monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
        if traced is not None:
            monkeypatch.setenv("_X_AMZN_TRACE_ID", traced)
        assert own().format(found) == of_powertools().format(found)

    def test_of_an_exception_has_its_stack(self) -> None:
        try:
            int("wrong")
        except ValueError:
            failed = record(code="x", exc_info=sys.exc_info())
        line = own().format(failed)
        assert line == of_powertools().format(failed)
        assert json.loads(line)["stack_trace"]["type"] == "ValueError"

    def test_has_the_keys_of_a_context(self) -> None:
        formatter = own()
        formatter.thread_safe_append_keys(batch=7)
        try:
            assert json.loads(formatter.format(record()))["batch"] == 7
        finally:
            formatter.thread_safe_clear_keys()
