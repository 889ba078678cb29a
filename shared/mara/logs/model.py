"""Log lines as Loki takes them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mara.kernel.batches import batches

LINE_BYTES_MAX = 256 * 1024
"""Loki refuses a longer line (``max_line_size``)."""
PUSH_BYTES_MAX = 1_000_000
"""Bytes of the lines and ids of one push; Loki takes 4 MB and more by default."""
METADATA_LENGTH_MAX = 128
CUT = " [cut]"
LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})

PLATFORM_LINE = re.compile(r"(START|END|REPORT|INIT_START|XRAY|EXTENSION|TELEMETRY)\b")
"""What the Lambda service writes itself."""
STREAM = re.compile(r"\d{4}/\d\d/\d\d/(?P<function>[\w-]+)\[")
"""The name of a stream of a log group that functions share: date, function, version, id."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """A line as it was written; ``at_ms`` counts Unix milliseconds."""

    at_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Lines of one log stream, in their order."""

    stream: str
    events: Sequence[LogEvent]

    @property
    def function(self) -> str:
        """The deployed function's name, such as ``mara-prod-log-in``, or ``unknown``."""
        found = STREAM.match(self.stream)
        return found["function"] if found else "unknown"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line with its level; ``metadata`` holds ids, which are no labels in Loki."""

    level: str
    at_ns: int
    line: str
    metadata: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of the line and its metadata."""
        ids = sum(len(name) + len(value) for name, value in self.metadata.items())
        return len(self.line.encode()) + ids


def entries(batch: LogBatch) -> Iterator[LogEntry]:
    """The lines of a batch; a repeated batch gives the same ones.

    The position is added to the time in nanoseconds: Loki orders lines by time, and recognizes one
    that comes again by its time and text.
    """
    for position, event in enumerate(batch.events):
        fields = _fields(event.message)
        metadata = _ids(fields)
        line, is_cut = _cut(event.message.rstrip("\n"))
        if is_cut:
            metadata["cut"] = "true"
        at_ns = event.at_ms * 1_000_000 + position
        yield LogEntry(_level(event.message, fields), at_ns, line, metadata)


def pushes(found: Sequence[LogEntry], bytes_max: int = PUSH_BYTES_MAX) -> Iterator[list[LogEntry]]:
    """Split the lines, in their order, by what one push may carry."""
    return batches(found, lambda entry: entry.size, bytes_max=bytes_max)


def _fields(message: str) -> dict[str, Any]:
    try:
        found = json.loads(message)
    except (ValueError, RecursionError):  # as deep as no line of a function is
        return {}
    return found if isinstance(found, dict) else {}


def _level(message: str, fields: Mapping[str, Any]) -> str:
    """That of the line; a line of the Lambda service is INFO, any other text is ERROR."""
    if fields or PLATFORM_LINE.match(message):
        level = str(fields.get("level", "INFO"))
        return level if level in LEVELS else "INFO"
    return "ERROR"


def _ids(fields: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value[:METADATA_LENGTH_MAX]
        for name, value in fields.items()
        if name.endswith("_id") and isinstance(value, str)
    }


def _cut(line: str) -> tuple[str, bool]:
    encoded = line.encode("utf-8", "replace")
    if len(encoded) <= LINE_BYTES_MAX:
        return encoded.decode(), False
    kept = encoded[: LINE_BYTES_MAX - len(CUT)].decode("utf-8", "ignore")
    return f"{kept}{CUT}", True
