"""Attempts of outgoing webhooks in the log: ids and how they ended; no address and no content."""

from mara.notifications.model.webhooks import WebhookAnswer, WebhookDelivery
from mara.platform.telemetry import logger


def record_attempt(delivery: WebhookDelivery, answer: WebhookAnswer) -> None:
    """Log what came of an attempt."""
    logger.info(
        "webhook_attempt",
        webhook_id=str(delivery.webhook_id),
        delivery_id=str(delivery.id),
        attempts=delivery.attempts,
        status=answer.status,
        failure=answer.failure,
    )
