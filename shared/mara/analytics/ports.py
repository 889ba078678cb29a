"""What analytics needs from the outside world. All methods run inside an open transaction."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from mara.analytics.model.revenue import MoneyMoved, Movements, RevenueBucket, TrialCounts
from mara.analytics.model.timeline import BucketSize, Timeline
from mara.analytics.model.usage import UseCount
from mara.users.model import Locale

VersionIds = Sequence[UUID] | None
"""The versions of the plan that a report is about; None for all plans."""


class RevenueRecords(Protocol):
    """Figures of revenue, from the events of subscriptions, invoices and the ledger."""

    def versions_of(self, plan: str) -> Sequence[UUID]:
        """The versions of the plan with this code. Raises PlanNotFound."""

    def movements(self, timeline: Timeline, versions: VersionIds) -> Sequence[Movements]:
        """First all before the timeline, then one for each bucket.

        With ``versions``, a user's MRR is the part that these versions have in it.
        """

    def trials(self, timeline: Timeline, versions: VersionIds) -> Sequence[TrialCounts]:
        """The trials that ended in each bucket."""

    def money(self, timeline: Timeline, versions: VersionIds) -> Sequence[MoneyMoved]:
        """What the ledger posted in each bucket."""

    def recognised(self, timeline: Timeline, versions: VersionIds) -> Sequence[int]:
        """The paid invoices, spread evenly over their periods; micro-USDT for each bucket."""


class RevenueCharts(Protocol):
    """Draws revenue."""

    def draw(
        self,
        buckets: Sequence[RevenueBucket],
        days: Sequence[RevenueBucket],
        by: BucketSize,
        locale: Locale,
    ) -> str:
        """SVG: movements of MRR by bucket above the revenue by day; the same input, the same text.

        The text has no script, and refers to nothing outside.
        """


class UsageRecords(Protocol):
    """Figures of use."""

    def use(self, timeline: Timeline) -> Sequence[UseCount]:
        """What was used and refused in each bucket."""


class CohortRecords(Protocol):
    """Figures of cohorts."""

    def sizes(self, first: date, last: date) -> Mapping[date, int]:
        """The users of each cohort, by the first day of its month."""

    def staying(self, first: date, last: date) -> Mapping[date, Mapping[date, int]]:
        """By cohort and month: the users with MRR at the end of the month."""
