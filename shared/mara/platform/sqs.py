"""Sends messages to SQS; boto3 is imported with the first message, so that reads do not pay."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.correlation import KEY
from mara.platform.settings.stage import stage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        MessageAttributeValueTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

REDRIVE_OF = "mara-redrive-of"
"""The attribute of a message that is sent again: the id of the message that died first."""


class SendFailed(Exception):
    """The queue did not accept the message; a retry may succeed."""


@cache
def client() -> "SQSClient":
    """The SQS client, created once per execution environment."""
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("sqs", config=settings)


@cache
def queue_url(queue: str) -> str:
    """Look up the URL of ``mara-<stage>-<queue>``, for a name such as ``ingest-document``."""
    return client().get_queue_url(QueueName=f"mara-{stage().stage}-{queue}")["QueueUrl"]


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """What one entry of a batch carries; both ids travel as attributes."""

    body: str
    correlation_id: str | None = None
    redrive_of: str | None = None
    """The id of the message that died first, where this one is sent again."""


def send(queue: str, body: str, correlation_id: str | None = None) -> None:
    """Send ``body`` to the queue. Raises SendFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    attributes = _attributes(QueueMessage(body, correlation_id))
    try:
        client().send_message(
            QueueUrl=queue_url(queue), MessageBody=body, MessageAttributes=attributes
        )
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error


def send_later(queue: str, body: str, delay_s: int, correlation_id: str | None = None) -> None:
    """Send ``body`` to the queue, which delivers it after ``delay_s`` (0 to 900).

    Raises SendFailed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    attributes = _attributes(QueueMessage(body, correlation_id))
    try:
        client().send_message(
            QueueUrl=queue_url(queue),
            MessageBody=body,
            DelaySeconds=delay_s,
            MessageAttributes=attributes,
        )
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error


def send_all(queue: str, messages: Sequence[QueueMessage]) -> list[int]:
    """Send at most ten messages to the queue, by one request; the positions that it accepted.

    Raises SendFailed where the request failed.
    """
    return _send_batch(
        queue,
        [
            {
                "Id": str(place),
                "MessageBody": message.body,
                "MessageAttributes": _attributes(message),
            }
            for place, message in enumerate(messages)
        ],
    )


def _attributes(message: QueueMessage) -> "dict[str, MessageAttributeValueTypeDef]":
    values = {KEY: message.correlation_id, REDRIVE_OF: message.redrive_of}
    return {
        name: {"DataType": "String", "StringValue": value}
        for name, value in values.items()
        if value
    }


def _send_batch(queue: str, entries: "list[SendMessageBatchRequestEntryTypeDef]") -> list[int]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = client().send_message_batch(QueueUrl=queue_url(queue), Entries=entries)
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error
    return [int(one["Id"]) for one in answer.get("Successful", ())]


def postpone(queue: str, receipt_handle: str, wait_s: int) -> None:
    """Let SQS deliver a received message again after ``wait_s``. Raises SendFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().change_message_visibility(
            QueueUrl=queue_url(queue), ReceiptHandle=receipt_handle, VisibilityTimeout=wait_s
        )
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error
