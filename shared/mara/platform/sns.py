"""Telling of events through the stage's one topic; subscribers filter by the event's name."""

from functools import cache
from typing import TYPE_CHECKING

from mara.platform.settings.events import EventSettings

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

ATTRIBUTE = "event"
"""Of each message: what filter policies choose by, such as ``deposit-credited``."""


class PublishFailed(Exception):
    """The topic did not take the event; it may later."""


@cache
def client() -> "SNSClient":
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 3})
    return boto3.client("sns", config=settings)


def publish(event: str, body: str) -> None:
    """Raises PublishFailed."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        client().publish(
            TopicArn=EventSettings().events_topic_arn,  # type: ignore[call-arg]  # from the environment
            Message=body,
            MessageAttributes={ATTRIBUTE: {"DataType": "String", "StringValue": event}},
        )
    except (BotoCoreError, ClientError) as error:
        raise PublishFailed(event) from error
