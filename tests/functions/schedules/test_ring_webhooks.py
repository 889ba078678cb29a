"""The schedule ring-webhooks, through the function itself."""

import pytest

from functions.schedules.ring_webhooks.handler import handler as ring_webhooks
from mara.platform.clock import now
from tests.support.accounts import make_account
from tests.support.webhooks_world import WebhookWorld

pytestmark = pytest.mark.usefixtures("database")


class TestRingWebhooks:
    def test_rings_where_something_is_due_and_at_no_other_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rung: list[str] = []
        monkeypatch.setattr("mara.platform.sqs.send", lambda queue, *_: rung.append(queue))
        assert ring_webhooks({}, None)["result"] is False
        world, anna = WebhookWorld(at=now()), make_account("anna")
        webhook, _ = world.create(anna)
        world.deliveries.test(anna.principal, webhook.id)
        assert ring_webhooks({}, None)["result"] is True
        assert rung == ["send-webhooks"]
