"""The frame of every queue consumer: from an SQS batch to partial batch failures.

Powertools' BatchProcessor iterates over the batch; ``handle_failure`` handles an error.
"""

import gc
import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from mara.entrypoints.counting import counted_message
from mara.entrypoints.dead_letter_queue import DLQ_SUFFIX
from mara.entrypoints.failure_notes import forget_failure, note_failure, times_received
from mara.entrypoints.flushing import flush_metrics
from mara.entrypoints.message_attributes import correlation_id_of, redrive_of
from mara.kernel.correlation import following
from mara.kernel.errors import Conflict, DomainError, LimitReached, Unavailable
from mara.kernel.messages import Message
from mara.platform import sqs
from mara.platform.settings.verification import verify_settings_once
from mara.platform.telemetry import FAILED, SUCCEEDED, logger, span, trace
from mara.platform.trace_outcome import TraceOutcome

MessageT = TypeVar("MessageT", bound=Message)
QueueHandler = Callable[[dict[str, Any], Any], dict[str, Any]]

RETRY_FACTOR = 5
RETRY_WAIT_S_MAX = 900


def consumer(message: type[MessageT]) -> Callable[[Callable[[MessageT], None]], QueueHandler]:
    """Parse each record as ``message`` and consume it; report those that SQS must deliver again.

    A message that can never succeed is dead-lettered at once, with its reason, and the others of
    its batch are processed. A Conflict means that the work is already done: it is acknowledged.
    """
    return consumer_of(message.queue(), message.model_validate_json)


def consumer_of(
    queue: str, parse: Callable[[str], MessageT | None]
) -> Callable[[Callable[[MessageT], None]], QueueHandler]:
    """As ``consumer``, for a queue with foreign messages; ``parse`` returns None to skip one."""

    def decorate(consume: Callable[[MessageT], None]) -> QueueHandler:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        # What the first batch has loaded stays. Reading a file creates many objects and so full
        # collections, each of which would walk all that is loaded: a third of the CPU of a sheet.
        freeze_once = cache(gc.freeze)

        def process_record(record: SQSRecord, lambda_context: Any = None) -> None:
            with following(correlation_id_of(record)):
                try:
                    with counted_message(queue), span(queue, TraceOutcome(FAILED)) as outcome:
                        parsed = parse(record.body)
                        if parsed is not None:
                            consume(parsed)
                        outcome.status = SUCCEEDED
                except Exception as error:  # noqa: BLE001 - handle_failure classifies it
                    handle_failure(queue, record, error)
                    return
                forget_failure(queue, record)
                invocation = getattr(lambda_context, "aws_request_id", None)
                ids: dict[str, Any] = {"message_id": record.message_id, "request_id": invocation}
                logger.info("message_consumed", queue=queue, **ids)

        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            verify_settings_once()
            with trace(queue, getattr(context, "aws_request_id", None)) as outcome:
                response = {**process_partial_response(event, process_record, processor, context)}
                outcome.status = FAILED if response["batchItemFailures"] else SUCCEEDED
            freeze_once()
            flush_metrics()
            return response

        return handler

    return decorate


def handle_failure(queue: str, record: SQSRecord, error: Exception) -> None:
    """Acknowledge or dead-letter the message; raises ``error`` where SQS must deliver it again."""
    about: dict[str, Any] = {
        "queue": queue,
        "message_id": record.message_id,
        "error": type(error).__name__,
    }
    if isinstance(error, Conflict):
        logger.info("message_done_already", **about)
        return
    if isinstance(error, LimitReached | Unavailable):
        logger.warning("message_postponed", **about)
        note_failure(queue, record, error)
        _retry_soon(queue, record)
        raise error
    if isinstance(error, DomainError | ValidationError):
        logger.error("message_refused", **about)
        send_to_dlq(queue, record, error)
        return
    logger.exception("message_failed", **about)
    note_failure(queue, record, error)
    raise error


def _retry_soon(queue: str, record: SQSRecord) -> None:
    """Shorten the wait for the next delivery to 1, 5, 25 s and so on.

    A reported failure alone comes back after the whole visibility timeout, which is six times the
    timeout of the function.
    """
    handle: str | None = record.raw_event.get("receiptHandle")
    if not handle:
        return
    wait_s = min(RETRY_FACTOR ** (times_received(record) - 1), RETRY_WAIT_S_MAX)
    try:
        sqs.postpone(queue, handle, wait_s)
    except sqs.SendFailed:
        logger.warning("message_wait_not_shortened", queue=queue, message_id=record.message_id)


def send_to_dlq(queue: str, record: SQSRecord, error: DomainError | ValidationError) -> None:
    """Send the message to the dead-letter queue with its reason.

    Raises SendFailed: then SQS delivers the message again, and moves it there after the last try.
    """
    detail = error.detail if isinstance(error, DomainError) else "The body is not a valid message."
    dlq_message = {
        "body": record.body,
        "reason": type(error).__name__,
        "detail": detail,
        "message_id": record.message_id,
        "attempts": times_received(record),
        "redrive_of": redrive_of(record),
    }
    try:
        body = json.dumps(dlq_message, ensure_ascii=False)
        sqs.send(f"{queue}-{DLQ_SUFFIX}", body, correlation_id_of(record))
    except sqs.SendFailed:
        logger.warning("dead_letter_failed", queue=queue, message_id=record.message_id)
        raise
