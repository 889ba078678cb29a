"""SQS in, partial batch failures out: the frame every queue consumer shares."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import ValidationError

from mara.kernel.errors import Conflict, DomainError, LimitReached, Unavailable
from mara.kernel.messages import Message
from mara.platform import sqs
from mara.platform.telemetry import logger

MessageT = TypeVar("MessageT", bound=Message)
Record = dict[str, Any]
BatchResponse = dict[str, list[dict[str, str]]]
QueueHandler = Callable[[dict[str, Any], Any], BatchResponse]

DEAD = "dead"
"""``ingest-document`` has its dead letters in ``ingest-document-dead``."""


def consumer(message: type[MessageT]) -> Callable[[Callable[[MessageT], None]], QueueHandler]:
    """Parse each record as ``message`` and consume it; report those that SQS shall deliver again.

    What can never succeed goes to the dead letters at once, with its reason, and its neighbours go
    on. A Conflict means that the work is done already.
    """
    return consumer_of(message.queue(), message.model_validate_json)


def consumer_of(
    queue: str, parse: Callable[[str], MessageT | None]
) -> Callable[[Callable[[MessageT], None]], QueueHandler]:
    """As ``consumer``, for a queue that others write to; ``parse`` gives ``None`` to skip."""

    def decorate(consume: Callable[[MessageT], None]) -> QueueHandler:
        def handler(event: dict[str, Any], context: Any) -> BatchResponse:
            failed = [r["messageId"] for r in event["Records"] if not _settled(r, context)]
            return {"batchItemFailures": [{"itemIdentifier": i} for i in failed]}

        def _settled(record: Record, context: Any) -> bool:
            try:
                parsed = parse(record["body"])
                if parsed is not None:
                    consume(parsed)
            except Exception as error:  # noqa: BLE001 - a poison message must not take its neighbours along
                return _settle(queue, record, error)
            logger.info(
                "message_consumed",
                queue=queue,
                message_id=record["messageId"],
                request_id=getattr(context, "aws_request_id", None),
            )
            return True

        return handler

    return decorate


def _settle(queue: str, record: Record, error: Exception) -> bool:
    """Whether the message is done with, one way or another."""
    about = {"queue": queue, "message_id": record["messageId"], "error": type(error).__name__}
    if isinstance(error, Conflict):
        logger.info("message_done_already", **about)
        return True
    if isinstance(error, LimitReached | Unavailable):
        logger.warning("message_postponed", **about)
        return False
    if isinstance(error, DomainError | ValidationError):
        logger.error("message_refused", **about)
        return _bury(queue, record, error)
    logger.exception("message_failed", **about)
    return False


def _bury(queue: str, record: Record, error: DomainError | ValidationError) -> bool:
    """Put it where a person will look, with the reason; else let SQS count it down to there."""
    detail = error.detail if isinstance(error, DomainError) else "The body is not that message."
    letter = {"body": record["body"], "reason": type(error).__name__, "detail": detail}
    try:
        sqs.send(f"{queue}-{DEAD}", json.dumps(letter, ensure_ascii=False))
    except sqs.SendFailed:
        logger.warning("dead_letter_failed", queue=queue, message_id=record["messageId"])
        return False
    return True
