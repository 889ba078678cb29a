"""Sending to SQS; boto3 is loaded at the first message, so that a read costs nothing of it."""

from functools import cache
from typing import TYPE_CHECKING

from mara.platform.settings.stage import stage

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SendFailed(Exception):
    """The queue did not take the message; it may later."""


@cache
def client() -> "SQSClient":
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("sqs", config=settings)


@cache
def queue_url(queue: str) -> str:
    """``ingest-document`` is the queue ``mara-<stage>-ingest-document`` of this account."""
    return client().get_queue_url(QueueName=f"mara-{stage().stage}-{queue}")["QueueUrl"]


def send(queue: str, body: str) -> None:
    """Raises SendFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().send_message(QueueUrl=queue_url(queue), MessageBody=body)
    except (BotoCoreError, ClientError) as error:
        raise SendFailed(queue) from error
