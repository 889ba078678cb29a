"""EventBridge rate(1 hour) - delete spent tokens, keys and counters that nobody needs any more."""

from mara.entrypoints.schedule import schedule
from mara.wiring.operations import delete_expired

handler = schedule("forget-expired")(delete_expired)
