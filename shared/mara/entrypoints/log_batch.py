"""The frame of a function that a log group calls with new lines.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html.
"""

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

from mara.logs.model import LogBatch, LogEvent
from mara.logs.service import Shipped
from mara.platform.metrics import publish_metric
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import logger

LogHandler = Callable[[dict[str, Any], Any], dict[str, int]]

LINES = "DATA_MESSAGE"
"""CloudWatch sends a CONTROL_MESSAGE, too, to see whether the function can be reached."""
DROPPED = "LogLinesDropped"


def log_lines(ship: Callable[[LogBatch], Shipped]) -> LogHandler:
    """Ship the lines of each event.

    What ``ship`` raises fails the invocation: Lambda tries twice more, and then sends the event to
    the failure queue. Nothing that a line says is logged: the function would ship it again.
    """

    def handler(event: dict[str, Any], _context: Any) -> dict[str, int]:
        verify_settings_once()
        batch = decode(event)
        shipped = ship(batch) if batch else Shipped(0, 0)
        if shipped.dropped:
            logger.warning("log_lines_dropped", lines=shipped.dropped)
            publish_metric(DROPPED, shipped.dropped)
        return {"stored": shipped.stored, "dropped": shipped.dropped}

    return handler


def decode(event: dict[str, Any]) -> LogBatch | None:
    """Return the lines of an event, or None if it brings none."""
    document = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if document["messageType"] != LINES:
        return None
    events = [LogEvent(one["timestamp"], one["message"]) for one in document["logEvents"]]
    return LogBatch(document["logStream"], events)
