"""One log line of a function: what it says, and how `mara logs` prints it."""

import json
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SINCE_MINUTES = 5.0
LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40, "CRITICAL": 50}
COLORS = {"DEBUG": "2", "WARNING": "33", "ERROR": "31", "CRITICAL": "31;1"}
"""SGR parameters (ECMA-48): dim, yellow, red, bold red."""

OF_LAMBDA = re.compile(r"(START|END|REPORT|INIT_START|XRAY) ")
METRIC_MARK = "_aws"
"""Of CloudWatch's embedded metric format: the line holds the value of a metric."""
# Said by the other columns, or the same in every line.
NOT_SHOWN = ("level", "message", "timestamp", "service", "location", METRIC_MARK)
NAME_WIDTH = 22


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of one function; ``text`` is what was written, ``fields`` its JSON object, if any."""

    function: str
    at_ms: int
    text: str
    fields: dict[str, Any] | None
    level: str

    @property
    def is_of_lambda(self) -> bool:
        """Whether Lambda wrote it about the invocation: START, END, REPORT."""
        return self.fields is None and OF_LAMBDA.match(self.text) is not None


def parse(function: str, at_ms: int, message: str) -> LogLine:
    """Read a line; one that is not JSON, such as a traceback of a library, has level ERROR."""
    text = message.rstrip()
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return LogLine(function, at_ms, text, None, "ERROR")
    return LogLine(function, at_ms, text, fields, str(fields.get("level", "INFO")))


def render(line: LogLine, *, color: bool | None = None) -> str:
    """Return ``time function level message name=value …``; in color on a terminal by default."""
    at = datetime.fromtimestamp(line.at_ms / 1000, UTC).astimezone()
    stamp = f"{at:%H:%M:%S}.{line.at_ms % 1000:03d}"
    head = f"{stamp} {line.function:<{NAME_WIDTH}} {line.level:<8}"
    text = f"{head} {_content(line)}"
    with_color = _wants_color() if color is None else color
    if with_color and line.level in COLORS:
        return f"\x1b[{COLORS[line.level]}m{text}\x1b[0m"
    return text


def _content(line: LogLine) -> str:
    if line.fields is None:
        return _printable(line.text)
    shown = {k: v for k, v in line.fields.items() if k not in NOT_SHOWN and v is not None}
    trace = shown.pop("exception", None)
    message = "metric" if METRIC_MARK in line.fields else line.fields.get("message", "")
    parts = [str(message), *(f"{k}={_value(v)}" for k, v in shown.items())]
    text = _printable(" ".join(parts))
    return f"{text}\n{_printable(str(trace))}" if trace else text


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _printable(text: str) -> str:
    """Replace control characters: a logged value must not control the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else "\ufffd" for c in text)


def _wants_color() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
