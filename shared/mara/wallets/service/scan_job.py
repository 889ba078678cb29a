"""The scheduled scan of one network: scan, then record the metrics whatever the outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mara.wallets.model import Network
from mara.wallets.service.monitoring import MonitoringService
from mara.wallets.service.scanner import ScannerService

SCAN_TIME_LIMIT: Final = timedelta(seconds=40)
"""Less than the period of the schedule, and less than the function's timeout."""


@dataclass(frozen=True, slots=True)
class ScanJob:
    """``scanner`` builds the scanner of a network; it may raise TokenMismatch.

    ``mark_off`` records that a network is off: nothing is late that nothing is to read.
    """

    scanner: Callable[[Network], ScannerService]
    monitoring: MonitoringService
    mark_off: Callable[[Network, datetime], None]

    def run(self, network: Network, started_at: datetime) -> dict[str, int | bool] | str:
        """Scan until all blocks are read or the time limit is over; a summary for the log.

        Raises ChainUnavailable, FinalityBroken, TokenMismatch, ConcurrentUpdate.
        """
        try:
            if network not in self.monitoring.networks:
                self.mark_off(network, started_at)
                return "off"
            done = self.scanner(network).run(started_at + SCAN_TIME_LIMIT)
            unreadable = {"unreadable": done.unreadable} if done.unreadable else {}
            figures = {"advanced": done.advanced, "lag": done.lag, "settled": done.settled}
            return {**figures, **unreadable}
        finally:
            self.monitoring.record_metrics(network, started_at)
