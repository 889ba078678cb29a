"""EventBridge rate(1 minute) - release holds that have expired."""

from mara.entrypoints.schedule import schedule
from mara.wiring.ledger import hold_expiry_service

handler = schedule("release-expired-holds")(lambda now: hold_expiry_service().release_expired(now))
