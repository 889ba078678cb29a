"""SQS notify-owner - write the notice of an event, and prepare its outgoing webhooks.

The queue is subscribed to the topic of events. Both are done once per event, so that a second
delivery completes what the first one left.
"""

from mara.entrypoints.queue import consumer
from mara.notifications.messages import NotifyOwner
from mara.wiring.notices import notice_service
from mara.wiring.webhooks import delivery_service


@consumer(NotifyOwner)
def handler(message: NotifyOwner) -> None:
    notice_service().write(message)
    delivery_service().prepare(message)
