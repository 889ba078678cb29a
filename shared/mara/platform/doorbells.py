"""Doorbells that ring later: a schedule rings for those that are lost."""

import math
from datetime import timedelta

from mara.kernel.correlation import current
from mara.kernel.messages import Message
from mara.platform import sqs
from mara.platform.telemetry import logger


def ring_later(message: Message, delay: timedelta) -> None:
    """Send the message to its queue, which delivers it after ``delay``, at most 900 s.

    Outside of a transaction. A queue that does not take it is logged: the work is in the database.
    """
    queue = message.queue()
    try:
        seconds = math.ceil(delay.total_seconds())
        sqs.send_later(queue, message.model_dump_json(), seconds, current())
    except sqs.SendFailed:
        logger.warning("doorbell_lost", queue=queue)
