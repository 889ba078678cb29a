"""EventBridge rate(1 minute) - charge subscriptions that are due."""

from mara.entrypoints.schedule import schedule
from mara.wiring.billing import charging_service

handler = schedule("charge-subscriptions")(lambda _now: charging_service().charge_due())
