"""SQS notify-owner - write the notice of an event, prepare its outgoing webhooks, send notices.

The queue is subscribed to the topic of events. All is done once per event, so that a second
delivery completes what the first one left. A notice that was written is an event, too: the
platform's bot sends it.
"""

from mara.entrypoints.queue import consumer
from mara.notifications.messages import NotifyOwner
from mara.wiring.notices import notice_service
from mara.wiring.telegram_platform import notice_sending
from mara.wiring.webhooks import delivery_service


@consumer(NotifyOwner)
def handler(message: NotifyOwner) -> None:
    notice_service().write(message)
    delivery_service().prepare(message)
    notice_sending().send(message)
