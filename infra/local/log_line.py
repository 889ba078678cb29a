"""One log line of a function: what it says, and how `mara logs` prints it."""

import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
COLORS = {"DEBUG": "2", "WARNING": "33", "ERROR": "31", "CRITICAL": "31;1"}
"""SGR parameters (ECMA-48): dim, yellow, red, bold red."""

LAMBDA_LINE = re.compile(r"(START|END|REPORT|INIT_START|XRAY) ")
METRIC_MARK = "_aws"
"""The field that marks a line in CloudWatch's embedded metric format (EMF)."""
# Shown in a column of their own, or the same in every line.
HIDDEN_FIELDS = ("level", "message", "timestamp", "service", "location", METRIC_MARK)
NAME_WIDTH = 22


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log line of a function: ``text`` as it was written, ``fields`` if it is a JSON object."""

    function: str
    at_ms: int
    text: str
    fields: dict[str, Any] | None
    level: str

    @property
    def is_written_by_lambda(self) -> bool:
        """Whether the Lambda service wrote the line, such as START, END and REPORT."""
        return self.fields is None and LAMBDA_LINE.match(self.text) is not None


def parse(function: str, at_ms: int, message: str) -> LogLine:
    """Parse a line; one that is not a JSON object, such as a library's traceback, is an ERROR."""
    text = message.rstrip()
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return LogLine(function, at_ms, text, None, "ERROR")
    return LogLine(function, at_ms, text, fields, str(fields.get("level", "INFO")))


def render(line: LogLine, *, color: bool | None = None) -> str:
    """Return ``time function level message name=value …``.

    ``color`` says whether to add ANSI colors; None adds them if standard output is a terminal and
    NO_COLOR is not set.
    """
    local_time = datetime.fromtimestamp(line.at_ms / 1000, UTC).astimezone()
    stamp = f"{local_time:%H:%M:%S}.{line.at_ms % 1000:03d}"
    head = f"{stamp} {line.function:<{NAME_WIDTH}} {line.level:<8}"
    text = f"{head} {_content(line)}"
    if color is None:
        color = _wants_color()
    if color and line.level in COLORS:
        return f"\x1b[{COLORS[line.level]}m{text}\x1b[0m"
    return text


def _content(line: LogLine) -> str:
    if line.fields is None:
        return _printable(line.text)
    shown = {k: v for k, v in line.fields.items() if k not in HIDDEN_FIELDS and v is not None}
    trace = shown.pop("exception", None)
    message = "metric" if METRIC_MARK in line.fields else line.fields.get("message", "")
    parts = [str(message), *(f"{k}={_value(v)}" for k, v in shown.items())]
    text = _printable(" ".join(parts).replace("\n", "\\n"))  # a value must not begin a new line
    return f"{text}\n{_printable(str(trace))}" if trace else text


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    """Replace control characters: a logged value must not control the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)


def _wants_color() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
