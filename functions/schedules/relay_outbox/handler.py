"""EventBridge rate(1 minute) - send the messages that a crash or an outage left behind."""

from mara.entrypoints.schedule import schedule
from mara.wiring.operations import relay

handler = schedule("relay-outbox")(relay)
