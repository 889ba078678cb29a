"""SQS send-webhooks - send the outgoing webhooks that are due.

The message is a doorbell: the rows of deliveries say what is due. A schedule rings every minute.
"""

from mara.entrypoints.queue import consumer
from mara.notifications.messages import SendWebhooks
from mara.wiring.webhooks import webhook_sending_service


@consumer(SendWebhooks)
def handler(message: SendWebhooks) -> None:
    del message  # it says nothing
    webhook_sending_service().send_due()
