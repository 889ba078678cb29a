"""Looking after the scans: what people are shown of them, and what alarms stand on."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mara.kernel.clock import Clock
from mara.wallets.model import ChainWatch, Network
from mara.wallets.ports import ChainAlarm, ChainWatches

RECENT = timedelta(hours=1)
"""Failures of providers are shown so long."""


@dataclass(frozen=True, slots=True)
class WatchService:
    """``networks`` are those that are on."""

    networks: Collection[Network]
    watches: ChainWatches
    alarm: ChainAlarm
    now: Clock

    def look(self) -> Sequence[ChainWatch]:
        at = self.now()
        return self.watches.look(self.networks, at, since=at - RECENT)

    def tell(self, network: Network, since: datetime) -> None:
        """Give the alarm the figures of a scan that began at ``since``, however it ended.

        A network that is off lags nowhere, and says so: silence is what an alarm stands on.
        """
        if network not in self.networks:
            self.alarm.tell(network, lag_blocks=0, lag_s=0, closing_s=0, failures=0)
            return
        (watch,) = self.watches.look([network], self.now(), since=since)
        self.alarm.tell(
            network,
            lag_blocks=watch.lag_blocks,
            lag_s=_age_s(watch),
            closing_s=watch.closing_s or 0,
            failures=len(watch.failures),
        )


def _age_s(watch: ChainWatch) -> int | None:
    """How old the newest thing is that is known of the chain, whoever is to blame for it."""
    if watch.lag_s is None or watch.block_age_s is None:
        return None
    return max(watch.lag_s, watch.block_age_s)
