"""Monitoring of the scans: statuses for operators, and metrics for alarms."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from mara.kernel.clock import Clock
from mara.wallets.model import ChainStatus, Network
from mara.wallets.ports import ChainMetrics, ChainStatuses

RECENT = timedelta(hours=1)
"""Statuses include the failures of providers within this time."""


@dataclass(frozen=True, slots=True)
class MonitoringService:
    """``networks`` are the ones that are on; ``providers`` counts the providers of each."""

    networks: Collection[Network]
    statuses: ChainStatuses
    metrics: ChainMetrics
    now: Clock
    providers: Mapping[Network, int] = field(default_factory=dict)

    def get_statuses(self) -> Sequence[ChainStatus]:
        """The status of every network that is on."""
        at = self.now()
        found = self.statuses.get_statuses(self.networks, at, since=at - RECENT)
        return [replace(one, providers=self.providers.get(one.network)) for one in found]

    def record_metrics(self, network: Network, since: datetime) -> None:
        """Record the metrics of a scan that started at ``since``, whether or not it succeeded.

        A network that is off records zeros, because alarms treat missing data as a failure.
        """
        if network not in self.networks:
            self.metrics.record(network, lag_blocks=0, lag_s=0, finalizing_s=0, failures=0)
            self.metrics.record_unreadable(network, 0)
            return
        (status,) = self.statuses.get_statuses([network], self.now(), since=since)
        self.metrics.record(
            network,
            lag_blocks=status.lag_blocks,
            lag_s=_lag_s(status),
            finalizing_s=status.finalizing_s or 0,
            failures=len(status.failures),
        )
        self.metrics.record_unreadable(network, status.unreadable_events)


def _lag_s(status: ChainStatus) -> int | None:
    """The larger of the scanner's lag and the age of the latest block (providers may stall)."""
    if status.lag_s is None or status.block_age_s is None:
        return None
    return max(status.lag_s, status.block_age_s)
