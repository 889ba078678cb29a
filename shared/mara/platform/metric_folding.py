"""Folds the counts of ended processes into the table ``metric_totals``, and sums all counts.

A row that was not flushed for ``FOLD_AFTER`` is added to the total of its series and marked by
``folded_at``; from then on it never changes. The sum of the totals and of the rows without a mark
never falls.
"""

from datetime import datetime, timedelta
from typing import Any

from mara.kernel.unit_of_work import SYSTEM
from mara.platform.database import connection, transaction

FOLD_AFTER = timedelta(hours=2)
FOLD_BATCH = 5000
MARKS_KEPT = timedelta(days=7)
"""Longer than the process trusts them (mara.metrics.service.MARK_TRUSTED_FOR)."""

FOLD = """
    WITH stale AS (
        SELECT environment, series FROM metric_values
        WHERE folded_at IS NULL AND flushed_at < %(before)s
        ORDER BY environment, series LIMIT %(batch)s FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE metric_values v SET folded_at = %(now)s FROM stale
        WHERE v.environment = stale.environment AND v.series = stale.series
        RETURNING v.series, v.value
    ), added AS (
        INSERT INTO metric_totals AS t (series, value)
        SELECT series, sum(value) FROM marked GROUP BY series ORDER BY series
        ON CONFLICT (series) DO UPDATE SET value = t.value + excluded.value
    )
    SELECT count(*) FROM marked
"""
DELETE_MARKED = "DELETE FROM metric_values WHERE folded_at < %(before)s"
TOTALS_MS_MAX = 400
LIMIT_TOTALS = f"SET LOCAL statement_timeout = {TOTALS_MS_MAX}"
# One statement, so that it sees a fold either before or after it.
TOTALS = """
    SELECT series, sum(value)::bigint FROM (
        SELECT series, value FROM metric_totals
        UNION ALL SELECT series, value FROM metric_values WHERE folded_at IS NULL
    ) AS every GROUP BY series
"""


def fold(now: datetime) -> int:
    """Add stale rows to the totals and mark them, batch by batch; return how many."""
    folded = 0
    while batch := _fold_batch(now):
        folded += batch
        if batch < FOLD_BATCH:
            break
    return folded


def delete_marked(now: datetime) -> int:
    """Delete rows that were folded long ago; return how many. Needs an open transaction."""
    return connection().execute(DELETE_MARKED, {"before": now - MARKS_KEPT}).rowcount


def totals() -> dict[str, int]:
    """Return the sum of each series over all environments. Needs an open transaction.

    Raises psycopg.errors.QueryCanceled where it takes longer than a scrape may wait.
    """
    connection().execute(LIMIT_TOTALS)
    return dict(connection().execute(TOTALS).fetchall())


def _fold_batch(now: datetime) -> int:
    parameters = {"now": now, "before": now - FOLD_AFTER, "batch": FOLD_BATCH}
    with transaction(SYSTEM):
        row: Any = connection().execute(FOLD, parameters).fetchone()
    return int(row[0])
