"""EventBridge rate(1 hour) - delete expired sessions, tokens, keys and counters, and old alerts."""

from mara.entrypoints.schedule import schedule
from mara.wiring.operations import delete_expired

handler = schedule("forget-expired")(delete_expired)
