"""Tells the operator of books that are not right: in the log, and by the metric of an alarm."""

from typing import Final

from mara.ledger.model import Audit
from mara.platform.metrics import publish_metric
from mara.platform.telemetry import logger

METRIC: Final = "LedgerDifferences"
"""The alarm of this name in the template stands on it, and on its absence."""


class MetricAlarm:
    def tell(self, audit: Audit) -> None:
        for difference in audit.differences:
            logger.error(
                "ledger_differs",
                rule=difference.rule,
                subject=difference.subject,
                expected=difference.expected,
                found=difference.found,
            )
        publish_metric(METRIC, len(audit.differences))
