"""Reports of cohorts."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.analytics.model.cohorts import Cohort, build_cohort
from mara.analytics.model.timeline import DAY, month_start
from mara.analytics.ports import CohortRecords
from mara.analytics.service.revenue import ReportRequest
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class CohortService:
    """``unit_of_work`` opens a snapshot, so that sizes and shares belong together."""

    records: CohortRecords
    unit_of_work: UnitOfWork
    now: Clock

    def report(self, request: ReportRequest) -> Sequence[Cohort]:
        """The cohorts of the months of the range, with each month that ended by its end.

        Raises InvalidReportRange.
        """
        days = request.days(self.now().date())
        first, last = month_start(days.first), month_start(days.end - DAY)
        ended = month_start(days.end, -1)
        with self.unit_of_work(SYSTEM):
            sizes = self.records.sizes(first, last)
            staying = self.records.staying(first, last)
        return [
            build_cohort(month, users, staying.get(month, {}), ended)
            for month, users in sorted(sizes.items())
        ]
