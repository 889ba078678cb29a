"""The table ``metric_values``: what each environment has counted, until its rows are folded."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from mara.platform.database import idle_connection

FLUSH_MS_MAX = 250
"""A flush that waits longer is given up: it must not delay the answer."""

# One query of two statements is one round trip, and one transaction. It does not wait for the
# disk: what a crash of the server loses is written again by the next flush. Values only grow; an
# older one that a lost connection left running must not replace a newer one.
SAVE = f"""
    SELECT set_config('statement_timeout', '{FLUSH_MS_MAX}', true),
        set_config('synchronous_commit', 'off', true);
    INSERT INTO metric_values AS v (environment, series, value, flushed_at)
    SELECT %(environment)s, given.series, given.value, %(now)s
    FROM unnest(%(series)s::text[], %(values)s::bigint[]) AS given (series, value)
    ON CONFLICT (environment, series) DO UPDATE
        SET value = greatest(v.value, excluded.value), flushed_at = excluded.flushed_at
        WHERE v.folded_at IS NULL
    RETURNING series
"""
GET_VALUES = """
    SET LOCAL statement_timeout = 250;
    SELECT series, value FROM metric_values WHERE environment = %(environment)s
"""


class NotConnected(Exception):
    """There is no idle connection; a flush never waits for a new one."""


class PostgresMetricStore:
    """Implements ``MetricStore`` on the connection that the invocation has used."""

    def save(self, environment: UUID, values: Mapping[str, int], now: datetime) -> Collection[str]:
        """Set the values of an environment. Raises NotConnected, psycopg.Error."""
        parameters = {
            "environment": environment,
            "series": list(values),
            "values": list(values.values()),
            "now": now,
        }
        return [series for (series,) in _run(SAVE, parameters)]

    def get_values(self, environment: UUID) -> Mapping[str, int]:
        """Return the stored values of an environment. Raises NotConnected, psycopg.Error."""
        return dict(_run(GET_VALUES, {"environment": environment}))


def _run(query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    link = idle_connection()
    if link is None:
        raise NotConnected
    # Parameters are bound by the client: a query of several statements has no others.
    cursor = psycopg.ClientCursor(link)
    cursor.execute(query, parameters)
    cursor.nextset()
    return cursor.fetchall()
