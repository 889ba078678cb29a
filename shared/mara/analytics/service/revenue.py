"""Reports of revenue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mara.analytics.model.revenue import RevenueBucket, RevenueFigures, revenue_buckets
from mara.analytics.model.timeline import BucketSize, DayRange, Timeline
from mara.analytics.ports import RevenueCharts, RevenueRecords
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.users.model import Locale


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which days, in which buckets, of which plan; None takes the default, or all plans."""

    first: date | None = None
    end: date | None = None
    by: BucketSize = BucketSize.MONTH
    plan: str | None = None

    def days(self, today: date) -> DayRange:
        """The days. Raises InvalidReportRange."""
        return DayRange.of(self.first, self.end, today)


@dataclass(frozen=True, slots=True)
class RevenueService:
    """``unit_of_work`` opens a snapshot, so that the figures of a report belong together."""

    records: RevenueRecords
    charts: RevenueCharts
    unit_of_work: UnitOfWork
    now: Clock

    def report(self, request: ReportRequest) -> Sequence[RevenueBucket]:
        """The figures of each bucket. Raises InvalidReportRange, PlanNotFound."""
        days = request.days(self.now().date())
        with self.unit_of_work(SYSTEM):
            return self._buckets(request, days, request.by)

    def draw(self, request: ReportRequest, locale: Locale) -> str:
        """A chart as SVG: movements of MRR by bucket, and revenue by day.

        Raises InvalidReportRange, PlanNotFound.
        """
        days = request.days(self.now().date())
        with self.unit_of_work(SYSTEM):
            buckets = self._buckets(request, days, request.by)
            by_day = self._buckets(request, days, BucketSize.DAY)
        return self.charts.draw(buckets, by_day, request.by, locale)

    def _buckets(
        self, request: ReportRequest, days: DayRange, by: BucketSize
    ) -> Sequence[RevenueBucket]:
        timeline = Timeline.of(days, by)
        versions = self.records.versions_of(request.plan) if request.plan else None
        figures = RevenueFigures(
            self.records.movements(timeline, versions),
            self.records.trials(timeline, versions),
            self.records.money(timeline, versions),
            self.records.recognised(timeline, versions),
        )
        return revenue_buckets(timeline.bounds, figures)
