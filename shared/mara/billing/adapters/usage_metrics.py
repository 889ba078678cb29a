"""Reports what the alarms of usage evaluate: in the log, and by metrics."""

from collections.abc import Mapping, Sequence
from typing import Final

from mara.billing.model.levels import LevelDifference
from mara.billing.model.meters import Meter
from mara.metrics.model.families import EXCESS_USE, LEVEL_DIFFERENCES
from mara.metrics.service import recorder
from mara.platform.metrics import publish_metric
from mara.platform.telemetry import logger

EXCESS: Final = "UsageBeyondReservation"
"""An alarm evaluates it on a value above 0: a run was not bounded by its reservation."""
DIFFERENCES: Final = "UsageLevelDifferences"
"""Two alarms evaluate it: on a value above 0, and on missing data."""


class CloudWatchUsageMetrics:
    """Implements ``UsageMetrics``."""

    def record_excess(self, excess: Mapping[Meter, int]) -> None:
        """Log units that a run has used beyond its reservation, and write their number."""
        for meter, units in excess.items():
            logger.error("usage_beyond_reservation", meter=meter, units=units)
        publish_metric(EXCESS, sum(excess.values()))
        recorder().count(EXCESS_USE, by=sum(excess.values()))

    def record_recount(self, differences: Sequence[LevelDifference]) -> None:
        """Log each level that differs, and write their number."""
        for one in differences:
            logger.error(
                "usage_level_differs",
                owner_id=str(one.owner_id),
                meter=one.meter,
                stored=one.stored,
                counted=one.counted,
            )
        publish_metric(DIFFERENCES, len(differences))
        recorder().count(LEVEL_DIFFERENCES, by=len(differences))
