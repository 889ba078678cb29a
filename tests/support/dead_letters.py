"""Dead letters as SQS and the frame of consumers hand them over, and what is stored of them."""

import json
from typing import Any

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

QUEUE = "ingest-document"
ARN = "arn:aws:sqs:eu-west-1:123456789012:mara-local-{}-dead"


def moved(message_id: str, body: str, *, queue: str = QUEUE, received: int = 6) -> dict[str, Any]:
    """A message that SQS moved after its last try; this delivery is counted too."""
    return {
        "messageId": message_id,
        "body": body,
        "eventSourceARN": ARN.format(queue),
        "attributes": {"ApproximateReceiveCount": str(received)},
        "messageAttributes": {},
    }


def refused(message_id: str, body: str, reason: str = "NotFound") -> dict[str, Any]:
    """A message that the frame of consumers sent there itself."""
    content = {
        "body": body,
        "reason": reason,
        "detail": "There is none.",
        "message_id": message_id,
        "attempts": 1,
        "redrive_of": None,
    }
    return moved(f"dead-{message_id}", json.dumps(content), received=1)


def redriven(record: dict[str, Any], first: str) -> dict[str, Any]:
    """The record as one of a message that was sent again."""
    attribute = {"stringValue": first, "dataType": "String"}
    return {**record, "messageAttributes": {"mara-redrive-of": attribute}}


def rows(columns: str, table: str = "dead_letters") -> list[tuple[Any, ...]]:
    """The columns of all rows, sorted."""
    with transaction(SYSTEM):
        return sorted(connection().execute(f"SELECT {columns} FROM {table}").fetchall())
