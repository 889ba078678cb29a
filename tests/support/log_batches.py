"""Events with which CloudWatch Logs calls a function."""

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Any

STREAM = "2026/11/28/mara-local-log-in[$LATEST]0a1b"
AT_MS = 1_795_800_000_000


def log_event(
    messages: Sequence[str], *, kind: str = "DATA_MESSAGE", first_ms: int = AT_MS
) -> dict[str, Any]:
    """The event that brings these lines, one millisecond after the other."""
    document = {
        "messageType": kind,
        "owner": "000000000000",
        "logGroup": "/mara/local",
        "logStream": STREAM,
        "subscriptionFilters": ["lines"],
        "logEvents": [
            {"id": str(n), "timestamp": first_ms + n, "message": message}
            for n, message in enumerate(messages)
        ],
    }
    packed = gzip.compress(json.dumps(document).encode())
    return {"awslogs": {"data": base64.b64encode(packed).decode()}}
