"""EventBridge rate(1 minute) - ring for alerts that wait for an answer."""

from mara.entrypoints.schedule import schedule
from mara.wiring.alerts import waiting_alerts_service

handler = schedule("answer-waiting-alerts")(lambda now: waiting_alerts_service().ring(now))
