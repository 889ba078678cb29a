"""Where the counts of an environment are kept."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.metrics.model.family import Series


class MetricStore(Protocol):
    """Rows of (environment, series, value, flushed_at); a folded row never changes again."""

    def save(
        self, environment: UUID, values: Mapping[Series, int], now: datetime
    ) -> Collection[Series]:
        """Set the values of an environment, by one statement in a transaction of its own.

        Returns the series that were set: a series that was folded keeps its value.
        """

    def get_values(self, environment: UUID) -> Mapping[Series, int]:
        """Return the stored values of an environment, folded or not."""
