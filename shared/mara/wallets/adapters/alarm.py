"""Tells the operator how far behind a chain is, by the metrics of alarms."""

from typing import Final

from mara.platform.metrics import publish_metric
from mara.wallets.model import Network

LAG_BLOCKS: Final = "ChainLagBlocks"
LAG_SECONDS: Final = "ChainLagSeconds"
"""An alarm of each network stands on it, and on its absence."""
CLOSING_SECONDS: Final = "ChainClosingSeconds"
"""How long blocks have been waiting to be settled without any being so."""
PROVIDER_FAILURES: Final = "ChainProviderFailures"


class MetricChainAlarm:
    def tell(
        self,
        network: Network,
        *,
        lag_blocks: int | None,
        lag_s: int | None,
        closing_s: int,
        failures: int,
    ) -> None:
        where = {"Network": network.value}
        if lag_blocks is not None:
            publish_metric(LAG_BLOCKS, lag_blocks, dimensions=where)
        if lag_s is not None:
            publish_metric(LAG_SECONDS, lag_s, unit="Seconds", dimensions=where)
        publish_metric(CLOSING_SECONDS, closing_s, unit="Seconds", dimensions=where)
        publish_metric(PROVIDER_FAILURES, failures, dimensions=where)
