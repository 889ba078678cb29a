"""Publishes events to the SNS topic of the stage; subscriptions filter by the event's name."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from mara.kernel.correlation import KEY
from mara.platform.settings.events import EventSettings

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import (
        MessageAttributeValueTypeDef,
        PublishBatchRequestEntryTypeDef,
    )

ATTRIBUTE = "event"
"""The message attribute of filter policies; its value is a name such as ``deposit-credited``."""


class PublishFailed(Exception):
    """The topic did not accept the event; a retry may succeed."""


@cache
def client() -> "SNSClient":
    """The SNS client, created once per execution environment."""
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("sns", config=settings)


def publish(event: str, body: str, correlation_id: str | None = None) -> None:
    """Publish ``body`` under the event's name. Raises PublishFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().publish(
            TopicArn=EventSettings().events_topic_arn,  # type: ignore[call-arg]  # from the environment
            Message=body,
            MessageAttributes=_attributes(event, correlation_id),
        )
    except (BotoCoreError, ClientError) as error:
        raise PublishFailed(event) from error


def publish_all(event: str, messages: Sequence[tuple[str, str | None]]) -> list[int]:
    """Publish at most ten pairs of a body and a correlation id, by one request.

    Returns the positions of those that the topic accepted. Raises PublishFailed where the request
    failed.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    entries: list[PublishBatchRequestEntryTypeDef] = [
        {
            "Id": str(place),
            "Message": body,
            "MessageAttributes": _attributes(event, correlation_id),
        }
        for place, (body, correlation_id) in enumerate(messages)
    ]
    try:
        answer = client().publish_batch(
            TopicArn=EventSettings().events_topic_arn,  # type: ignore[call-arg]  # from the environment
            PublishBatchRequestEntries=entries,
        )
    except (BotoCoreError, ClientError) as error:
        raise PublishFailed(event) from error
    return [int(one["Id"]) for one in answer.get("Successful", ())]


def _attributes(
    event: str, correlation_id: str | None
) -> "dict[str, MessageAttributeValueTypeDef]":
    values = {ATTRIBUTE: event, KEY: correlation_id}
    return {
        name: {"DataType": "String", "StringValue": value}
        for name, value in values.items()
        if value
    }
