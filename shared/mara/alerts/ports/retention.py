"""What forgetting alerts needs."""

from datetime import datetime
from typing import Protocol


class AlertRetention(Protocol):
    """Deletes what is older than a time, in the scope of the system.

    Each method deletes at most ``limit`` rows that are free, and returns how many. What fires stays
    with its episode and its post, however old.
    """

    def forget_alerts(self, before: datetime, limit: int) -> int:
        """Delete alerts whose last signal came before, with their episodes and signals."""

    def forget_episodes(self, before: datetime, limit: int) -> int:
        """Delete episodes that ended before."""

    def forget_signals(self, before: datetime, limit: int) -> int:
        """Delete signals that came before."""

    def forget_posts(self, before: datetime, limit: int) -> int:
        """Delete posts that were made before and have no episode, with their messages."""

    def forget_deliveries(self, before: datetime, limit: int) -> int:
        """Delete deliveries that came before."""
