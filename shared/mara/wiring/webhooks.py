"""Builds the services of outgoing webhooks from their production adapters."""

import random
import time
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from mara.notifications.adapters.notices import PostgresNotices
from mara.notifications.adapters.webhook_deliveries import PostgresDeliveries
from mara.notifications.adapters.webhooks import PostgresWebhooks
from mara.notifications.service.webhook_deliveries import DeliveryService
from mara.platform.clock import now
from mara.platform.count_lock import lock_count
from mara.platform.database import transaction
from mara.platform.outbox import publish

if TYPE_CHECKING:
    from mara.notifications.ports import WebhookSender
    from mara.notifications.service.webhook_creation import WebhookCreationService
    from mara.notifications.service.webhook_sending import WebhookSendingService
    from mara.notifications.service.webhooks import WebhookService


@cache
def webhook_service() -> "WebhookService":
    """Management of the caller's outgoing webhooks."""
    from mara.notifications.service.webhooks import WebhookService
    from mara.wiring.audit import audit_log
    from mara.wiring.connection_secrets import secret_store

    return WebhookService(
        PostgresWebhooks(),
        PostgresDeliveries(),
        secret_store(),
        lock_count,
        transaction,
        now,
        audit_log(),
    )


@cache
def webhook_creation_service() -> "WebhookCreationService":
    """Creation of outgoing webhooks, which needs a plan that has them."""
    from mara.billing.adapters.webhook_plans import PlanWebhooks
    from mara.notifications.service.webhook_creation import WebhookCreationService
    from mara.wiring.metering import feature_service

    return WebhookCreationService(PlanWebhooks(feature_service()), webhook_service())


@cache
def delivery_service() -> DeliveryService:
    """Deliveries of outgoing webhooks."""
    return DeliveryService(
        PostgresWebhooks(), PostgresDeliveries(), PostgresNotices(), publish, transaction, now
    )


def ring_for_webhooks(_now: datetime) -> bool:
    """Ring for deliveries that are due."""
    return delivery_service().ring()


@cache
def webhook_sending_service() -> "WebhookSendingService":
    """The worker that sends what is due."""
    from mara.notifications.adapters.attempt_log import record_attempt
    from mara.notifications.service.webhook_sending import WebhookSendingService
    from mara.wiring.connection_secrets import secret_store

    return WebhookSendingService(
        webhooks=PostgresWebhooks(),
        deliveries=PostgresDeliveries(),
        secrets=secret_store(),
        sender=webhook_sender(),
        record=record_attempt,
        ring=delivery_service().ring,
        publish=publish,
        unit_of_work=transaction,
        now=now,
        chance=random.random,
        wait=time.sleep,
    )


@cache
def webhook_sender() -> "WebhookSender":
    """Https to public addresses, with the certificate authorities of the system."""
    import ssl

    from mara.notifications.adapters.webhook_sender import HttpsWebhookSender

    return HttpsWebhookSender(now, ssl.create_default_context())
