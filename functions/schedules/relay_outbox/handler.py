"""EventBridge rate(1 minute) - send mail, and what a crash or an outage left in the outbox."""

from mara.entrypoints.schedule import schedule
from mara.wiring.operations import relay

handler = schedule("relay-outbox")(relay)
