"""The renewal from which a move holds."""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from mara.billing.model.moves import first_renewal_after
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.subscription import Subscription
from mara.billing.model.subscription_events import StartPeriod
from mara.billing.model.transitions import begin
from tests.support.billing import NOW, plan_version

DAY = timedelta(days=1)


def subscription(interval: Interval) -> Subscription:
    version = plan_version(interval=interval)
    event = StartPeriod(NOW, version, NOW, interval.period(NOW, 0), 1)
    return begin(UUID(int=1), UUID(int=2), event)


class TestFirstRenewalAfter:
    @pytest.mark.parametrize(
        ("notice", "expected"),
        [
            (NOW, datetime(2026, 2, 28, 12, tzinfo=UTC)),
            (NOW + DAY, datetime(2026, 3, 31, 12, tzinfo=UTC)),
            (datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC)),
            (NOW - DAY, datetime(2026, 2, 28, 12, tzinfo=UTC)),
        ],
    )
    def test_has_a_whole_month_between_the_notice_and_it(
        self, notice: datetime, expected: datetime
    ) -> None:
        assert first_renewal_after(subscription(Interval(IntervalUnit.MONTH)), notice) == expected

    @pytest.mark.parametrize("unit", IntervalUnit)
    def test_is_the_earliest_such_renewal(self, unit: IntervalUnit) -> None:
        """To see it fail, add 3 periods instead of 2."""
        random = Random(unit)
        for _ in range(200):
            interval = Interval(unit, random.randint(1, 5))
            notice = NOW + timedelta(seconds=random.randint(0, 10**8))
            found = first_renewal_after(subscription(interval), notice)
            renewals = [interval.start_of(NOW, number) for number in range(1, 1300)]
            whole = [
                after
                for before, after in zip([NOW, *renewals], renewals, strict=False)
                if before >= notice
            ]
            assert found == whole[0]
