"""Figures of use in PostgreSQL."""

from collections.abc import Sequence
from typing import Final

from mara.analytics.adapters.revenue import rows_of
from mara.analytics.model.timeline import Timeline
from mara.analytics.model.usage import UseCount

USED: Final = """
    SELECT width_bucket(ended_at, %(bounds)s) AS bucket,
        coalesce(sum((used ->> 'answers')::bigint), 0)::bigint AS answers,
        coalesce(sum((used ->> 'generated_tokens')::bigint), 0)::bigint AS tokens
    FROM usage_reservations
    WHERE state = 'settled' AND ended_at >= %(start)s AND ended_at < %(end)s
    GROUP BY 1
"""
REFUSED: Final = """
    SELECT width_bucket(day::timestamp AT TIME ZONE 'UTC', %(bounds)s) AS bucket,
        sum(count)::bigint AS refusals
    FROM usage_refusals
    WHERE day >= (%(start)s AT TIME ZONE 'UTC')::date AND day < (%(end)s AT TIME ZONE 'UTC')::date
    GROUP BY 1
"""


class PostgresUsageRecords:
    """Implements ``UsageRecords``."""

    def use(self, timeline: Timeline) -> Sequence[UseCount]:
        """What was used and refused in each bucket."""
        used = {row["bucket"]: row for row in rows_of(USED, timeline)}
        refused = {row["bucket"]: row["refusals"] for row in rows_of(REFUSED, timeline)}
        return [
            UseCount(
                answers=used[bucket]["answers"] if bucket in used else 0,
                tokens=used[bucket]["tokens"] if bucket in used else 0,
                refusals=refused.get(bucket, 0),
            )
            for bucket in range(1, len(timeline) + 1)
        ]
