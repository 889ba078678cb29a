"""The consumer of send-webhooks, through the function itself."""

from datetime import timedelta

import pytest

from functions.queues.send_webhooks.handler import handler as send_webhooks
from mara.notifications.model.webhooks import DeliveryFailure
from mara.platform.clock import now
from tests.support.accounts import make_account
from tests.support.webhooks_world import WebhookWorld

NO_WAIT = timedelta(0)

pytestmark = pytest.mark.usefixtures("database")


class TestSendWebhooks:
    def test_acknowledges_a_doorbell_without_work(self) -> None:
        record = {"messageId": "1", "body": "{}"}
        assert send_webhooks({"Records": [record]}, None) == {"batchItemFailures": []}

    def test_makes_no_connection_to_a_private_address(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With the sender of production, whose resolver alone is replaced."""
        dialled: list[object] = []
        place = ("127.0.0.1", 443)
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: [(2, 1, 6, "", place)])
        monkeypatch.setattr(
            "mara.notifications.adapters.webhook_sender.socket.create_connection", dialled.append
        )
        monkeypatch.setattr("mara.notifications.service.webhook_sending.WAIT_MAX", NO_WAIT)
        world, anna = WebhookWorld(at=now()), make_account("anna")
        webhook, _ = world.create(anna)
        world.deliveries.test(anna.principal, webhook.id)
        send_webhooks({"Records": [{"messageId": "1", "body": "{}"}]}, None)
        (delivery,) = world.listed(anna, webhook.id)
        assert (delivery.last_failure, dialled) == (DeliveryFailure.ADDRESS, [])
