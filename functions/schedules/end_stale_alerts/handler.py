"""EventBridge rate(10 minutes) - end alerts that monitoring systems forgot."""

from mara.entrypoints.schedule import schedule
from mara.wiring.alerts import staleness_service

handler = schedule("end-stale-alerts")(lambda now: staleness_service().end_stale(now))
