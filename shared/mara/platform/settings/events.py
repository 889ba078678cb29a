"""The topic to which domain events are published."""

from pydantic import Field

from mara.platform.settings.base import Settings


class EventSettings(Settings):
    """The ARN of the SNS topic of domain events."""

    events_topic_arn: str = Field(pattern=r"^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$")
    """The ARN of the SNS topic."""
