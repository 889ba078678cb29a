"""Figures of cohorts in PostgreSQL."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from mara.platform.database import connection

FIRST_PAID: Final = """
    SELECT owner_id, date_trunc('month', min(period_start) AT TIME ZONE 'UTC')::date AS cohort
    FROM invoices WHERE status = 'paid' AND total > 0 AND purpose <> 'usage'
    GROUP BY owner_id
    HAVING date_trunc('month', min(period_start) AT TIME ZONE 'UTC')
        BETWEEN %(first)s AND %(last)s
"""
SIZES: Final = f"SELECT cohort, count(*) FROM ({FIRST_PAID}) c GROUP BY cohort"
# A user has MRR from an event until the next one that changes it. A span counts for the months
# whose end lies in it: those from its first moment on, before the month of its last one.
STAYING: Final = f"""
    WITH cohorts AS ({FIRST_PAID}), moves AS (
        SELECT owner_id, at AT TIME ZONE 'UTC' AS at,
            sum(monthly_after - monthly_before) OVER w AS after,
            lead(at) OVER (PARTITION BY owner_id ORDER BY at, subscription_id, number)
                AT TIME ZONE 'UTC' AS until
        FROM subscription_events WHERE monthly_before <> monthly_after
        WINDOW w AS (PARTITION BY owner_id ORDER BY at, subscription_id, number
            ROWS UNBOUNDED PRECEDING)
    )
    SELECT cohort, month::date, count(*)
    FROM moves JOIN cohorts USING (owner_id), generate_series(
        greatest(cohort::timestamp, date_trunc('month', at)),
        least(date_trunc('month', until) - interval '1 month', %(last)s),
        interval '1 month'
    ) AS month
    WHERE after > 0 GROUP BY 1, 2
"""


class PostgresCohortRecords:
    """Implements ``CohortRecords``."""

    def sizes(self, first: date, last: date) -> Mapping[date, int]:
        """The users of each cohort, by the first day of its month."""
        rows = connection().execute(SIZES, {"first": first, "last": last})
        return dict(rows.fetchall())

    def staying(self, first: date, last: date) -> Mapping[date, Mapping[date, int]]:
        """By cohort and month: the users with MRR at the end of the month."""
        found: dict[date, dict[date, int]] = {}
        rows = connection().execute(STAYING, {"first": first, "last": last})
        for cohort, month, users in rows:
            found.setdefault(cohort, {})[month] = users
        return found
