"""One line of the log as JSON: what Powertools' formatter writes, in half of its time.

Every invocation writes a line, and a route without a web framework spends a quarter of its time on
it. A line with an exception, or with arguments, is left to Powertools.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.shared.constants import XRAY_TRACE_ID_ENV

from mara.kernel.json_text import encoded

_OF_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"location", "timestamp", "level"}
"""What every record has, and the keys of a line that are made of it; others are of the caller."""
_MADE = frozenset({"level", "location", "message", "timestamp"})

# No line shows the thread, the process or the place in the source that wrote it, and finding them
# out takes time (https://docs.python.org/3/howto/logging.html#optimization).
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
vars(logging)["_srcfile"] = None


def _encode(line: Mapping[str, Any]) -> str:
    return encoded(line, str)


class LineFormatter(LambdaPowertoolsFormatter):
    """Powertools' formatter, with a shorter way for the usual line."""

    def __init__(self) -> None:
        """Set the form of all lines: UTC by RFC 3339, and no place in the source."""
        super().__init__(
            json_serializer=_encode,
            # A message is a code, never a JSON document to be taken apart.
            json_deserializer=str,
            utc=True,
            use_rfc3339=True,
            # Where a line was written is told by its code; finding it out is a walk up the stack.
            location=None,
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        if record.exc_info or record.args or self.thread_safe_get_current_keys():
            return super().format(record)
        line = {
            "level": record.levelname,
            "message": record.msg,
            "timestamp": self.formatTime(record),
            **{k: v for k, v in self.log_format.items() if v is not None and k not in _MADE},
            **{k: v for k, v in vars(record).items() if v is not None and k not in _OF_RECORD},
        }
        if trace := os.environ.get(XRAY_TRACE_ID_ENV):
            line["xray_trace_id"] = trace.partition(";")[0].replace("Root=", "")
        return _encode(line)
