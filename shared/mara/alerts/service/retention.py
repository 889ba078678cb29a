"""Forgets what is old of alerts, those that come back each day among them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mara.alerts.ports.retention import AlertRetention
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork

AT_ONCE: Final = 5000
"""Rows that one transaction deletes, so that locks are held briefly."""


@dataclass(frozen=True, slots=True)
class AlertForgetting:
    """Forgets episodes, signals, posts and deliveries by their own age."""

    retention: AlertRetention
    unit_of_work: UnitOfWork
    kept_for: timedelta

    def forget(self, at: datetime) -> dict[str, int]:
        """Delete what is older than ``kept_for``; return how many rows of each table.

        A post goes after the last of its episodes.
        """
        before, stores = at - self.kept_for, self.retention
        return {
            "alerts": self._all(stores.forget_alerts, before),
            "alert_episodes": self._all(stores.forget_episodes, before),
            "alert_signals": self._all(stores.forget_signals, before),
            "alert_posts": self._all(stores.forget_posts, before),
            "alert_deliveries": self._all(stores.forget_deliveries, before),
        }

    def _all(self, forget: Callable[[datetime, int], int], before: datetime) -> int:
        forgotten = 0
        while True:
            with self.unit_of_work(SYSTEM):
                page = forget(before, AT_ONCE)
            forgotten += page
            if page < AT_ONCE:
                return forgotten
