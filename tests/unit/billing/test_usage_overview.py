"""Which meters of an overview are used up."""

from datetime import UTC, datetime, timedelta

import pytest

from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.service.usage_overview import MeterUse, UsageOverview

START = datetime(2026, 11, 1, tzinfo=UTC)


def overview(*meters: MeterUse, spent: int = 0) -> UsageOverview:
    period = Period(START, START + timedelta(days=30))
    return UsageOverview("start", period, meters, overage_limit=10, overage_spent=spent)


class TestUsedUp:
    @pytest.mark.parametrize(
        ("use", "spent", "is_used_up"),
        [
            (MeterUse(Meter.ANSWERS, 10, 9), 0, False),
            (MeterUse(Meter.ANSWERS, 10, 10), 0, True),
            (MeterUse(Meter.ANSWERS, 10, 9, reserved=1), 0, True),
            (MeterUse(Meter.ANSWERS, None, 10**6), 0, False),
            (MeterUse(Meter.ANSWERS, 10, 10, price=5), 9, False),
            (MeterUse(Meter.ANSWERS, 10, 10, price=5), 10, True),
            (MeterUse(Meter.BOTS, 1, 1), 0, False),
        ],
    )
    def test_has_what_can_neither_be_used_nor_bought(
        self, use: MeterUse, spent: int, *, is_used_up: bool
    ) -> None:
        assert (use.meter in overview(use, spent=spent).used_up) is is_used_up
