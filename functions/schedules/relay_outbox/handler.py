"""EventBridge rate(1 minute) - send messages left in the outbox by a crash or an outage."""

from mara.entrypoints.schedule import schedule
from mara.wiring.operations import relay

handler = schedule("relay-outbox")(relay)
