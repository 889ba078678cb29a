"""Reports of use."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.analytics.model.timeline import Timeline
from mara.analytics.model.usage import UsageBucket
from mara.analytics.ports import RevenueRecords, UsageRecords
from mara.analytics.service.revenue import ReportRequest
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class UsageReportService:
    """``token_cost`` is what 1000 generated tokens cost, in micro-USDT."""

    records: UsageRecords
    revenue: RevenueRecords
    unit_of_work: UnitOfWork
    now: Clock
    token_cost: int

    def report(self, request: ReportRequest) -> Sequence[UsageBucket]:
        """The figures of each bucket. Raises InvalidReportRange."""
        timeline = Timeline.of(request.days(self.now().date()), request.by)
        with self.unit_of_work(SYSTEM):
            counts = self.records.use(timeline)
            recognised = self.revenue.recognised(timeline, None)
            money = self.revenue.money(timeline, None)
        return [
            UsageBucket(
                start=timeline.bounds[number],
                end=timeline.bounds[number + 1],
                count=counts[number],
                recognised=recognised[number],
                overage=money[number].overage,
                token_cost=self.token_cost,
            )
            for number in range(len(timeline))
        ]
