"""EventBridge rate(1 minute) - give back what was held and neither settled nor released in time."""

from mara.entrypoints.schedule import schedule
from mara.wiring.ledger import hold_expiry_service

handler = schedule("release-expired-holds")(lambda now: hold_expiry_service().release_expired(now))
