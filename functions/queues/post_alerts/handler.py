"""SQS post-alerts - show the alerts of an owner in chats, and edit what changed."""

from mara.alerts.messages import PostAlerts
from mara.entrypoints.queue import consumer
from mara.wiring.alerts import alert_posting_service


@consumer(PostAlerts)
def handler(message: PostAlerts) -> None:
    alert_posting_service().show_due(message.owner_id)
