"""The counters of entitlements, which are made by the first use in a usage period.

``now`` is billing time, and ``at`` real time: they differ in the local stage only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from mara.billing.model.counter import PERIODIC, Counter, fresh, with_earlier_use
from mara.billing.model.entitlement import Source
from mara.billing.model.meters import Meter
from mara.billing.ports import UsageCounters

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a counter changed that was only made: a preview, which makes it, outdates no other."""


@dataclass(frozen=True, slots=True)
class UsageBook:
    """Finds the counters of usage periods, inside the caller's transaction.

    All meters of a usage period get their counters together, so that who has locked them knows all
    overage of the period.
    """

    counters: UsageCounters
    new_id: Callable[[], UUID]

    def read(self, owner_id: UUID, sources: Sequence[Source], now: datetime) -> list[Counter]:
        """The counters, those that are not stored as they would be at the first use."""
        found = self.counters.read(owner_id, [source.period.start for source in sources])
        fitting = [one for one in found if any(map(one.is_of, sources))]
        missing = _without_counters(sources, fitting)
        return [*fitting, *self._fresh(owner_id, missing, now)]

    def lock(
        self,
        owner_id: UUID,
        sources: Sequence[Source],
        now: datetime,
        at: datetime,
        *,
        locked: Sequence[Counter] = (),
    ) -> list[Counter]:
        """The counters, locked until the commit; those that are missing are stored.

        ``locked`` are counters that are locked already.
        """
        found = [one for one in locked if any(map(one.is_of, sources))]
        if found and not _without_counters(sources, found):
            return found
        found = self._lock(owner_id, sources)
        missing = _without_counters(sources, found)
        if not missing:
            return found
        fresh_ones = [
            self._with_unpaid_use(one, self._fresh(owner_id, [one], now), at) for one in missing
        ]
        self.counters.add([counter for counters in fresh_ones for counter in counters], NEVER)
        return self._lock(owner_id, sources)

    def _lock(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        found = self.counters.lock(owner_id, [source.period.start for source in sources])
        return [one for one in found if any(map(one.is_of, sources))]

    def _fresh(self, owner_id: UUID, sources: Sequence[Source], now: datetime) -> list[Counter]:
        return [
            with_earlier_use(fresh(source, meter, id_=self.new_id(), owner_id=owner_id), earlier)
            for source in sources
            for earlier in [self._earlier(owner_id, source, now)]
            for meter in PERIODIC
        ]

    def _earlier(self, owner_id: UUID, source: Source, now: datetime) -> Sequence[Counter]:
        """The counters whose use a plan of price 0 takes over; none for another plan."""
        if not source.is_free:
            return ()
        free, unpaid = (
            find(owner_id, now) for find in (self.counters.read_free, self.counters.lock_unpaid_at)
        )
        return [*free, *unpaid]

    def _with_unpaid_use(
        self, source: Source, counters: Sequence[Counter], at: datetime
    ) -> Sequence[Counter]:
        """What was used of periods that were never charged counts as use of the paid one, once.

        Those of an earlier subscription are some that are not over. A meter without a limit takes
        over nothing: it would hide the use from the next subscription.
        """
        if source.subscription_id is None or source.is_unpaid or source.is_free:
            return counters
        owner_id = counters[0].owner_id
        own = self.counters.lock_unpaid(source.subscription_id)
        running = self.counters.lock_unpaid_at(owner_id, source.period.start)
        limited = {one.meter for one in counters if one.included is not None}
        found = {one.id: one for one in (*own, *running) if one.meter in limited}
        unpaid = list(found.values())
        self.counters.save([replace(one, is_unpaid=False) for one in unpaid], at)
        return [
            replace(counter, used=counter.used + sum(_units(unpaid, counter.meter)))
            for counter in counters
        ]


def _units(counters: Sequence[Counter], meter: Meter) -> list[int]:
    return [one.taken for one in counters if one.meter is meter]


def _without_counters(sources: Sequence[Source], counters: Sequence[Counter]) -> list[Source]:
    return [source for source in sources if not any(one.is_of(source) for one in counters)]
