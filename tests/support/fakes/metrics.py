"""Counts of environments in memory."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

FOLD_AFTER = timedelta(hours=2)


@dataclass
class StoredCount:
    value: int
    flushed_at: datetime
    folded: bool = False


@dataclass
class FakeMetricStore:
    """Implements ``MetricStore``, and the fold of the real store."""

    rows: dict[tuple[UUID, str], StoredCount] = field(default_factory=dict)

    def save(self, environment: UUID, values: Mapping[str, int], now: datetime) -> Collection[str]:
        saved = []
        for series, value in values.items():
            row = self.rows.setdefault((environment, series), StoredCount(value, now))
            if not row.folded:
                row.value, row.flushed_at = value, now
                saved.append(series)
        return saved

    def get_values(self, environment: UUID) -> Mapping[str, int]:
        return {series: row.value for (of, series), row in self.rows.items() if of == environment}

    def fold(self, now: datetime) -> int:
        stale = [
            row
            for row in self.rows.values()
            if not row.folded and row.flushed_at < now - FOLD_AFTER
        ]
        for row in stale:
            row.folded = True
        return len(stale)

    def totals(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for (_, series), row in self.rows.items():
            found[series] += row.value
        return dict(found)
