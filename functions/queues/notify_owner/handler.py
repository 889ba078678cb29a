"""SQS notify-owner - prepare what the owner of an event gets of it: outgoing webhooks.

The queue is subscribed to the topic of events.
"""

from mara.entrypoints.queue import consumer
from mara.notifications.messages import NotifyOwner
from mara.wiring.webhooks import delivery_service


@consumer(NotifyOwner)
def handler(message: NotifyOwner) -> None:
    delivery_service().prepare(message)
