"""The use of a subscription's usage period, for changes of plan and cancellations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from mara.billing.model.counter import Counter, allowance_after_change, overage_of
from mara.billing.model.entitlement import RUNNING, Source, usage_period_of
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.proration import UsedAllowance
from mara.billing.model.subscription import State, Subscription
from mara.billing.service.usage_book import UsageBook
from mara.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class CountedPeriodUsage:
    """Implements ``PeriodUsage`` by the counters of use; ``now`` is the real time of changes."""

    book: UsageBook
    now: Clock

    def lock(self, subscription: Subscription, at: datetime) -> None:
        """Lock the rows of the usage period that contains ``at``; call it before balances are."""
        if subscription.state is State.PAST_DUE:
            self.book.counters.lock_unpaid(subscription.id)
        elif subscription.state in RUNNING:
            self._lock(subscription, at)

    def use_of(
        self, subscription: Subscription, at: datetime
    ) -> tuple[Period, tuple[UsedAllowance, ...]]:
        """The usage period that contains ``at``, and its limited allowances."""
        if subscription.state not in RUNNING:
            return Period(at, at), ()
        allowances = tuple(
            UsedAllowance(one.included, one.taken)
            for one in self._read(subscription, at)
            if one.included is not None
        )
        return usage_period_of(subscription, at), allowances

    def overage_of(self, subscription: Subscription, at: datetime) -> int:
        """What overage costs in that usage period, charged or held, in micro-USDT."""
        if subscription.state not in RUNNING:
            return 0
        return overage_of(self._read(subscription, at))

    def changed_at(self, subscription: Subscription, at: datetime) -> datetime | None:
        """When anything was used or reserved last in that usage period."""
        if subscription.state not in RUNNING:
            return None
        start = usage_period_of(subscription, at).start
        return self.book.counters.changed_at(subscription.owner_id, subscription.id, start)

    def change_plan(self, before: Subscription, after: Subscription, at: datetime) -> None:
        """Store the allowances of the usage period after a change of plan at ``at``.

        Where another period begins, the first use in it makes counters of the new plan.
        """
        if before.state is State.PAST_DUE:
            unpaid = self.book.counters.lock_unpaid(before.id)
            self._save([_with_plan(one, after) for one in unpaid])
        elif before.state in RUNNING and before.period == after.period:
            self._save(_blended(before, after, self._lock(before, at), at))

    def free_since(self, owner_id: UUID, at: datetime) -> datetime | None:
        """When the last usage period of a plan of price 0 began that contains ``at``; or None."""
        periods = [one.period for one in self.book.counters.read_free(owner_id, at)]
        last = max(periods, key=lambda period: period.end, default=None)
        return last.start if last else None

    def close(self, subscription: Subscription, at: datetime) -> None:
        """Leave nothing of the usage period to reserve, after a cancellation now."""
        if subscription.state in RUNNING:
            counters = self._lock(subscription, at)
            closed = [replace(one, included=one.taken) for one in counters]
            self._save(closed)

    def allowances_after(
        self, before: Subscription, after: Subscription, at: datetime
    ) -> Mapping[Meter, int | None]:
        """The allowances that ``change_plan`` would store; without a change, those of the plan."""
        if before.state not in RUNNING or before.period != after.period:
            allowances = after.version.terms.allowances
            return {meter: units for meter, units in allowances.items() if not meter.is_level}
        blended = _blended(before, after, self._read(before, at), at)
        return {one.meter: one.included for one in blended}

    def _read(self, subscription: Subscription, at: datetime) -> list[Counter]:
        return self.book.read(subscription.owner_id, [_source(subscription, at)], at)

    def _lock(self, subscription: Subscription, at: datetime) -> list[Counter]:
        sources = [_source(subscription, at)]
        return self.book.lock(subscription.owner_id, sources, at, self.now())

    def _save(self, counters: Sequence[Counter]) -> None:
        self.book.counters.save(counters, self.now())


def _source(subscription: Subscription, at: datetime) -> Source:
    return Source(subscription.id, usage_period_of(subscription, at), subscription.version)


def _with_plan(counter: Counter, after: Subscription) -> Counter:
    included = after.version.terms.allowances[counter.meter]
    exact = None if included is None else Fraction(included)
    return counter.with_allowance(exact, after.version)


def _blended(
    before: Subscription, after: Subscription, counters: Sequence[Counter], at: datetime
) -> list[Counter]:
    old, new = before.version.terms, after.version.terms
    return [
        one.with_allowance(allowance_after_change(one, old, new, at), after.version)
        for one in counters
    ]
