"""Reports differences that an audit found: in the log, and by the metric of an alarm."""

from typing import Final

from mara.ledger.model import Audit
from mara.platform.metrics import publish_metric
from mara.platform.telemetry import logger

METRIC: Final = "LedgerDifferences"
"""Two alarms evaluate it: on a value above 0, and on missing data."""
SHORTFALL: Final = "LedgerCustodyShortfall"
"""Micro-USDT that users have beyond custody and what was given by hand; 0 where all is backed."""


class CloudWatchLedgerMetrics:
    """Implements ``LedgerMetrics``."""

    def record(self, audit: Audit) -> None:
        """Log each difference, and write their number."""
        for difference in audit.differences:
            logger.error(
                "ledger_differs",
                rule=difference.rule,
                subject=difference.subject,
                expected=difference.expected,
                found=difference.found,
            )
        publish_metric(METRIC, len(audit.differences))
        publish_metric(SHORTFALL, audit.shortfall)
