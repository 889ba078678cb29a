"""Figures of revenue in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from mara.analytics.adapters.money_rows import money_of
from mara.analytics.adapters.revenue_statements import (
    ALL_DELTAS,
    DELTAS_OF_VERSIONS,
    MONEY,
    MONEY_OF_VERSIONS,
    MOVEMENTS,
    RECOGNISED,
    TRIALS,
    VERSIONS,
)
from mara.analytics.model.revenue import MoneyMoved, Movements, TrialCounts
from mara.analytics.model.timeline import Timeline
from mara.analytics.ports import VersionIds
from mara.billing.errors import PlanNotFound
from mara.billing.model.periods import MICROSECOND
from mara.platform.database import connection

Row = Mapping[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PostgresRevenueRecords:
    """Implements ``RevenueRecords``."""

    def versions_of(self, plan: str) -> Sequence[UUID]:
        """The versions of the plan with this code. Raises PlanNotFound."""
        found = [version_id for (version_id,) in connection().execute(VERSIONS, (plan,))]
        if not found:
            raise PlanNotFound("There is no plan with this code.")
        return found

    def movements(self, timeline: Timeline, versions: VersionIds) -> Sequence[Movements]:
        """First all before the timeline, then one for each bucket."""
        deltas = ALL_DELTAS if versions is None else DELTAS_OF_VERSIONS
        found = [Movements() for _ in range(len(timeline) + 1)]
        for row in rows_of(MOVEMENTS.format(deltas=deltas), timeline, versions):
            found[row["bucket"]] = Movements(
                **{name: int(value or 0) for name, value in row.items() if name != "bucket"}
            )
        return found

    def trials(self, timeline: Timeline, versions: VersionIds) -> Sequence[TrialCounts]:
        """The trials that ended in each bucket."""
        found = [TrialCounts() for _ in range(len(timeline))]
        for row in rows_of(TRIALS, timeline, versions):
            found[row["bucket"] - 1] = TrialCounts(row["ended"], row["paid"])
        return found

    def money(self, timeline: Timeline, versions: VersionIds) -> Sequence[MoneyMoved]:
        """What the ledger posted in each bucket."""
        statement = MONEY if versions is None else MONEY_OF_VERSIONS
        by_bucket: dict[int, list[Row]] = {}
        for row in rows_of(statement, timeline, versions):
            by_bucket.setdefault(row["bucket"], []).append(row)
        return [
            money_of(by_bucket.get(number + 1, ()), of_all_plans=versions is None)
            for number in range(len(timeline))
        ]

    def recognised(self, timeline: Timeline, versions: VersionIds) -> Sequence[int]:
        """The paid invoices, spread evenly over their periods; micro-USDT for each bucket."""
        reached, complete = [0] * (len(timeline) + 1), [0] * (len(timeline) + 1)
        for row in rows_of(RECOGNISED, timeline, versions):
            reached[row["bucket"]], complete[row["bucket"]] = row["reached"], row["complete"]
        return [
            reached[n] - (reached[n - 1] - complete[n - 1]) for n in range(1, len(timeline) + 1)
        ]


def rows_of(statement: str, timeline: Timeline, versions: VersionIds = None) -> Sequence[Row]:
    """The rows of a statement over a timeline; a ``bucket`` counts from 1, 0 is before them."""
    cursor = connection().cursor(row_factory=dict_row)
    return cursor.execute(statement, parameters_of(timeline, versions)).fetchall()


def parameters_of(timeline: Timeline, versions: VersionIds = None) -> Row:
    """The parameters of a statement over a timeline."""
    return {
        "bounds": list(timeline.bounds),
        "bounds_us": [(bound - EPOCH) // MICROSECOND for bound in timeline.bounds],
        "start": timeline.start,
        "end": timeline.end,
        "buckets": len(timeline),
        "versions": None if versions is None else list(versions),
    }
