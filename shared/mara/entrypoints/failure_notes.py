"""Notes the last error of a message, so that its dead letter has a reason if SQS gives it up."""

import psycopg
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from mara.kernel.errors import Unavailable
from mara.platform import failure_store
from mara.platform.clock import now
from mara.platform.telemetry import logger


def note_failure(queue: str, record: SQSRecord, error: Exception) -> None:
    """Note the type of the error, never its text, which may be personal.

    Where that fails it is logged: the failure of the message itself must be reported.
    """
    try:
        failure_store.note(queue, record.message_id, type(error).__name__, now())
    except (Unavailable, psycopg.Error, RuntimeError):
        logger.warning("failure_not_noted", queue=queue, message_id=record.message_id)


def forget_failure(queue: str, record: SQSRecord) -> None:
    """Delete the note of a message that succeeded after failures."""
    if times_received(record) == 1:
        return
    try:
        failure_store.forget(queue, record.message_id)
    except (Unavailable, psycopg.Error, RuntimeError):
        logger.warning("failure_not_forgotten", queue=queue, message_id=record.message_id)


def times_received(record: SQSRecord) -> int:
    """How often SQS delivered the message, this time included."""
    return int(record.raw_event.get("attributes", {}).get("ApproximateReceiveCount", 1))
