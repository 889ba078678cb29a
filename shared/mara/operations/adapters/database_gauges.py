"""Gauges of PostgreSQL; each query is run in a thread of a scrape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mara.operations.adapters.gauge_queries import GaugeQuery
from mara.operations.model import Gauge
from mara.platform.own_connection import own_transaction

CONNECT_TIMEOUT_S = 2
STATEMENT_TIMEOUT_MS = 100


@dataclass(frozen=True, slots=True)
class DatabaseGauges:
    """Gauges that one query reads: the last column is the value, the others are the labels."""

    query: GaugeQuery

    @property
    def name(self) -> str:
        """The source's name."""
        return self.query.source

    def read(self) -> Sequence[Gauge]:
        """Run the query on a connection of its own: that of requests may be in use, or hang.

        Raises psycopg.Error, also where the statement takes too long.
        """
        with own_transaction(
            "mara-metrics",
            connect_timeout_s=CONNECT_TIMEOUT_S,
            statement_timeout_ms=STATEMENT_TIMEOUT_MS,
        ) as link:
            rows = link.execute(self.query.statement).fetchall()
        return [self._gauge(name, documentation, rows) for name, documentation in self.query.gauges]

    def _gauge(self, name: str, documentation: str, rows: Sequence[tuple[Any, ...]]) -> Gauge:
        labels = self.query.labels_of(name)
        values = {
            tuple(map(str, row[1 : 1 + len(labels)])): float(row[-1])
            for row in rows
            if row[0] == name and row[-1] is not None
        }
        return Gauge(name, documentation, labels, values)
