"""Figures to draw charts of."""

from collections.abc import Sequence
from datetime import date, timedelta

from mara.analytics.model.revenue import (
    MoneyMoved,
    Movements,
    RevenueBucket,
    RevenueFigures,
    TrialCounts,
    revenue_buckets,
)
from mara.analytics.model.timeline import BucketSize, DayRange, Timeline

USDT = 1_000_000
MOVED = Movements(
    new=500 * USDT,
    reactivation=100 * USDT,
    expansion=70 * USDT,
    contraction=-50 * USDT,
    churn=-200 * USDT,
)


def buckets_of(days: int, by: BucketSize, *, scale: int = 1) -> Sequence[RevenueBucket]:
    """Buckets of 2026, each with the same movements times ``scale``."""
    first = date(2026, 1, 1)
    timeline = Timeline.of(DayRange(first, first + timedelta(days=days)), by)
    moved = Movements(
        **{name: scale * getattr(MOVED, name) for name in Movements.__dataclass_fields__}
    )
    count = len(timeline)
    figures = RevenueFigures(
        movements=[Movements(), *[moved] * count],
        trials=[TrialCounts()] * count,
        money=[MoneyMoved()] * count,
        recognised=[scale * (20 * USDT + n % 7 * USDT // 3) for n in range(count)],
    )
    return revenue_buckets(timeline.bounds, figures)
