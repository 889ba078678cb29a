"""Tells the operator how far behind a chain is, by the metrics of alarms."""

from typing import Final

from mara.platform.metrics import publish_metric
from mara.wallets.model import Network

LAG_BLOCKS: Final = "ChainLagBlocks"
LAG_SECONDS: Final = "ChainLagSeconds"
"""The alarms named after the networks stand on it, and on its absence."""
PROVIDER_FAILURES: Final = "ChainProviderFailures"


class MetricChainAlarm:
    def tell(
        self, network: Network, *, lag_blocks: int | None, lag_s: int | None, failures: int
    ) -> None:
        where = {"Network": network.value}
        if lag_blocks is not None:
            publish_metric(LAG_BLOCKS, lag_blocks, dimensions=where)
        if lag_s is not None:
            publish_metric(LAG_SECONDS, lag_s, unit="Seconds", dimensions=where)
        publish_metric(PROVIDER_FAILURES, failures, dimensions=where)
