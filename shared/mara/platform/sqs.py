"""Sends messages to SQS; boto3 is imported with the first message, so that reads do not pay."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

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


def send(queue: str, body: str) -> None:
    """Send ``body`` to the queue. Raises SendFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().send_message(QueueUrl=queue_url(queue), MessageBody=body)
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error


def send_later(queue: str, body: str, delay_s: int) -> None:
    """Send ``body`` to the queue, which delivers it after ``delay_s`` (0 to 900).

    Raises SendFailed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().send_message(QueueUrl=queue_url(queue), MessageBody=body, DelaySeconds=delay_s)
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error


def send_all(queue: str, bodies: Sequence[str]) -> list[int]:
    """Send at most ten ``bodies`` to the queue, by one request; the positions that it accepted.

    Raises SendFailed where the request failed.
    """
    return _send_batch(
        queue, [{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)]
    )


def send_again(queue: str, messages: Sequence[tuple[str, str]]) -> list[int]:
    """As ``send_all``, for pairs of a body and the id of the message that died first."""
    return _send_batch(
        queue,
        [
            {
                "Id": str(place),
                "MessageBody": body,
                "MessageAttributes": {REDRIVE_OF: _text(redrive_of)},
            }
            for place, (body, redrive_of) in enumerate(messages)
        ],
    )


def _text(value: str) -> "MessageAttributeValueTypeDef":
    return {"DataType": "String", "StringValue": value}


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
