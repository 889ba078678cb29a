"""Proof 6: for random histories, movements add up to the change of MRR, and every figure agrees
with a brute-force derivation from the events.

To see it fail: in ``MOVEMENTS``, let reactivation count as new, order by ``subscription_id`` alone,
or leave out ``ROWS UNBOUNDED PRECEDING`` and the partition; in ``RECOGNISED``, round each day by
itself; in ``TRIALS``, join the last trial's own event; or in ``RevenueBucket``, divide by the users
at the end.
"""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from mara.analytics.model.revenue import RevenueBucket
from mara.analytics.model.timeline import BucketSize, midnight
from mara.analytics.service.revenue import ReportRequest
from mara.wiring.analytics import revenue_service
from mara.wiring.use_figures import cohort_service
from tests.support.brute_force import Derived
from tests.support.histories import History, store
from tests.support.subscriptions import add_plan
from tests.unit.billing.test_walk import PLANS

pytestmark = pytest.mark.usefixtures("database")

FIRST = date(2026, 1, 1)
SIZES = {BucketSize.DAY: 120, BucketSize.WEEK: 400, BucketSize.MONTH: 1800}
"""The most days of a report with buckets of each size."""


def figures_of(bucket: RevenueBucket) -> dict[str, Any]:
    movements = bucket.movements
    return {
        "mrr": bucket.mrr,
        "arr": bucket.arr,
        "users": bucket.users,
        "new": movements.new,
        "reactivation": movements.reactivation,
        "expansion": movements.expansion,
        "contraction": movements.contraction,
        "churn": movements.churn,
        "change": movements.total,
        "logo_churn": bucket.logo_churn,
        "revenue_churn": bucket.revenue_churn,
        "arpu": bucket.arpu,
        "ltv": bucket.ltv,
        "conversion": bucket.conversion,
        "charged": bucket.money.charged,
        "credit_notes": bucket.money.credit_notes,
        "recognised": bucket.recognised,
    }


def requests(seed: int) -> list[ReportRequest]:
    random = Random(seed)
    made = []
    for size, days in SIZES.items():
        for plan in (None, random.choice(PLANS).code):
            first = FIRST + timedelta(days=random.randrange(400))
            end = first + timedelta(days=random.randint(1, days))
            made.append(ReportRequest(first, end, size, plan))
    return made


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_agrees_with_a_derivation_from_the_events(seed: int) -> None:
    for version in PLANS:
        add_plan(version)
    histories = [History.of(100 * seed + number, steps=80) for number in range(8)]
    for history in histories:
        store(history)
    for request in requests(seed):
        derived = Derived(histories, request.plan)
        for bucket in revenue_service().report(request):
            expected = derived.bucket(bucket.start, bucket.end)
            assert figures_of(bucket) == expected, (request, bucket.start)


@pytest.mark.parametrize("seed", range(3))
def test_cohorts_agree_with_a_derivation_from_the_events(seed: int) -> None:
    for version in PLANS:
        add_plan(version)
    histories = [History.of(1000 + 100 * seed + number, steps=60) for number in range(8)]
    for history in histories:
        store(history)
    end = FIRST + timedelta(days=1200)
    found = {
        (cohort.month, one.month): (cohort.users, one.users)
        for cohort in cohort_service().report(ReportRequest(FIRST, end))
        for one in cohort.months
    }
    assert found == dict(Derived(histories).cohorts(midnight(FIRST), midnight(end)))


def test_cash_in_is_what_was_deposited_on_each_network() -> None:
    for version in PLANS:
        add_plan(version)
    history = History.of(7, steps=80)
    store(history)
    whole = ReportRequest(FIRST, FIRST + timedelta(days=1800))
    buckets = revenue_service().report(whole)
    for network in ("tron", "arbitrum", "aptos"):
        expected = sum(one.amount for one in history.money if one.network == network)
        assert sum((one.money.cash_in or {})[network] for one in buckets) == expected > 0
    with_plan = revenue_service().report(replace(whole, plan="team"))
    assert {bucket.money.cash_in for bucket in with_plan} == {None}


def test_recognised_adds_up_to_what_was_charged_once_all_periods_are_over() -> None:
    for version in PLANS:
        add_plan(version)
    history = History.of(8, steps=40)
    store(history)
    end = FIRST + timedelta(days=1800)
    assert all(one.period and one.period.end.date() < end for one in history.walk.world.paid)
    buckets = revenue_service().report(ReportRequest(FIRST, end, BucketSize.DAY))
    charged = sum(bucket.money.charged for bucket in buckets)
    assert sum(bucket.recognised for bucket in buckets) == charged > 0
