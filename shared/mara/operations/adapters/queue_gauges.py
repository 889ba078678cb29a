"""Gauges of the queues; each queue is asked in a thread of a scrape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mara.operations.model import Gauge
from mara.platform import sqs

DEPTH: Final = "ApproximateNumberOfMessages"
IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True, slots=True)
class QueueGauges:
    """Attributes of a queue. Its dead letters are read from their table."""

    queue: str

    @property
    def name(self) -> str:
        """The source's name."""
        return f"queue-{self.queue}"

    def read(self) -> Sequence[Gauge]:
        """Request the attributes. Raises ClientError, BotoCoreError."""
        own = _attributes(self.queue)
        label, of = ("queue",), (self.queue,)
        return [
            Gauge("mara_queue_depth", "Messages that wait.", label, {of: own[DEPTH]}),
            Gauge("mara_queue_in_flight", "Messages in work.", label, {of: own[IN_FLIGHT]}),
        ]


def _attributes(queue: str) -> dict[str, float]:
    answer = sqs.client().get_queue_attributes(
        QueueUrl=sqs.queue_url(queue), AttributeNames=[DEPTH, IN_FLIGHT]
    )
    return {name: float(value) for name, value in answer["Attributes"].items()}
