"""EventBridge rate(12 hours) - compare the levels of use with what exists, and correct them."""

from mara.entrypoints.schedule import schedule
from mara.wiring.metering import level_service

handler = schedule("recount-levels")(lambda _now: level_service().recount())
