"""Metrics of the scans, which the alarms of the chains evaluate."""

from typing import Final

from mara.metrics.model import families
from mara.metrics.service import recorder
from mara.platform.metrics import publish_metric
from mara.wallets.model import Network

LAG_BLOCKS: Final = "ChainLagBlocks"
LAG_SECONDS: Final = "ChainLagSeconds"
"""Each network has an alarm on this metric; missing data breaches it."""
FINALIZING_SECONDS: Final = "ChainClosingSeconds"
"""Seconds that unfinalized ranges have existed without one being finalized."""
PROVIDER_FAILURES: Final = "ChainProviderFailures"
UNREADABLE_EVENTS: Final = "ChainUnreadableEvents"
"""Events that a scan recorded and passed; each may be a deposit that was not credited."""


class CloudWatchChainMetrics:
    """Writes the metrics with the dimension ``Network``."""

    def record(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        finalizing_s: int,
        failures: int,
    ) -> None:
        """Write the metrics of one scan; unknown values are not written."""
        dimensions = {"Network": network.value}
        if lag_blocks is not None:
            publish_metric(LAG_BLOCKS, lag_blocks, dimensions=dimensions)
        if lag_s is not None:
            publish_metric(LAG_SECONDS, lag_s, unit="Seconds", dimensions=dimensions)
        publish_metric(FINALIZING_SECONDS, finalizing_s, unit="Seconds", dimensions=dimensions)
        publish_metric(PROVIDER_FAILURES, failures, dimensions=dimensions)

    def record_unreadable(self, network: Network, events: int) -> None:
        """Write the number of events that one scan passed."""
        publish_metric(UNREADABLE_EVENTS, events, dimensions={"Network": network.value})
        recorder().count(families.UNREADABLE_EVENTS, network, by=events)
