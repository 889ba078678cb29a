"""The frame of the consumer of all dead-letter queues."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSEvent, SQSRecord

from mara.entrypoints.failure_notes import times_received
from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.message_attributes import correlation_id_of, redrive_of
from mara.kernel.correlation import following
from mara.platform.settings.stage import stage
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import SUCCEEDED, logger, trace
from mara.queues.model.dead_letter import DeadMessage

DLQ_SUFFIX = "dead"
"""The dead-letter queue of ``ingest-document`` is ``ingest-document-dead``."""
OPERATION = "keep-dead-letters"


def dead_letter_consumer(
    keep: Callable[[Sequence[DeadMessage]], int],
) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Keep each batch as a whole; a failure is raised, and SQS delivers the batch again."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        verify_settings_once()
        with trace(OPERATION, getattr(context, "aws_request_id", None)) as outcome:
            messages = [dead_message(record) for record in SQSEvent(event).records]
            kept = keep(messages)
            outcome.status = SUCCEEDED
        for message in messages:
            about: dict[str, Any] = {"queue": message.queue, "message_id": message.message_id}
            with following(message.correlation_id):
                logger.error("message_dead", **about, reason=message.reason, kept=kept)
        flush_metrics()
        return {"batchItemFailures": []}

    return handler


def dead_message(record: SQSRecord) -> DeadMessage:
    """Read a message of a dead-letter queue: from the frame with its reason, or as SQS moved it."""
    name = record.raw_event["eventSourceARN"].rpartition(":")[2]
    queue = name.removeprefix(f"mara-{stage().stage}-").removesuffix(f"-{DLQ_SUFFIX}")
    correlation_id = correlation_id_of(record)
    if (refused := _refused(record.body)) is not None:
        return DeadMessage(
            queue=queue,
            message_id=refused["message_id"],
            body=refused["body"],
            attempts=refused["attempts"],
            reason=refused["reason"],
            redrive_of=refused["redrive_of"],
            correlation_id=correlation_id,
        )
    # The delivery from the dead-letter queue is counted too, and is no try.
    attempts = max(times_received(record) - 1, 0)
    return DeadMessage(
        queue,
        record.message_id,
        record.body,
        attempts,
        redrive_of=redrive_of(record),
        correlation_id=correlation_id,
    )


def _refused(body: str) -> dict[str, Any] | None:
    """Return what the frame of consumers sent; None for a message that SQS moved."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    known = {"body", "reason", "detail", "message_id", "attempts", "redrive_of"}
    return content if isinstance(content, dict) and content.keys() == known else None
