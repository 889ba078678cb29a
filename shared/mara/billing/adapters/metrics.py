"""Metrics of billing for CloudWatch's alarms."""

from typing import Final

from mara.metrics.model.families import CHARGES
from mara.metrics.service import recorder
from mara.platform.metrics import publish_metric

METRIC: Final = "SubscriptionsSetAside"
"""Two alarms evaluate it: on a value above 0, and on missing data."""


class CloudWatchBillingMetrics:
    """Implements ``BillingMetrics``."""

    def record(self, set_aside: int) -> None:
        """Record one tick: how many subscriptions failed because of an internal error."""
        publish_metric(METRIC, set_aside)
        recorder().count(CHARGES, "set_aside", by=set_aside)
