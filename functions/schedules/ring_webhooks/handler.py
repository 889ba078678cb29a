"""EventBridge rate(1 minute) - ring for outgoing webhooks that are due."""

from mara.entrypoints.schedule import schedule
from mara.wiring.webhooks import ring_for_webhooks

handler = schedule("ring-webhooks")(ring_for_webhooks)
