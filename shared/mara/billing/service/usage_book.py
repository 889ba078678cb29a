"""The counters of entitlements, which are made by the first use in a usage period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.billing.model.counter import PERIODIC, Counter, fresh, with_earlier_use
from mara.billing.model.entitlement import Source
from mara.billing.model.meters import Meter
from mara.billing.ports import UsageCounters


@dataclass(frozen=True, slots=True)
class UsageBook:
    """Finds the counters of usage periods, inside the caller's transaction.

    All meters of a usage period get their counters together, so that who has locked them knows all
    overage of the period.
    """

    counters: UsageCounters
    new_id: Callable[[], UUID]

    def read(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        """The counters, those that are not stored as they would be at the first use."""
        found = self.counters.read(owner_id, [source.period.start for source in sources])
        fitting = [one for one in found if any(map(one.is_of, sources))]
        missing = _without_counters(sources, fitting)
        return [*fitting, *self._fresh(owner_id, missing)]

    def lock(
        self,
        owner_id: UUID,
        sources: Sequence[Source],
        at: datetime,
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
            self._with_unpaid_use(one, self._fresh(owner_id, [one]), at) for one in missing
        ]
        self.counters.add([counter for counters in fresh_ones for counter in counters], at)
        return self._lock(owner_id, sources)

    def _lock(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        found = self.counters.lock(owner_id, [source.period.start for source in sources])
        return [one for one in found if any(map(one.is_of, sources))]

    def _fresh(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        return [
            with_earlier_use(fresh(source, meter, id_=self.new_id(), owner_id=owner_id), earlier)
            for source in sources
            for earlier in [self._earlier(owner_id, source)]
            for meter in PERIODIC
        ]

    def _earlier(self, owner_id: UUID, source: Source) -> Sequence[Counter]:
        """The counters whose use a plan of price 0 takes over; none for another plan."""
        return self.counters.read_free(owner_id, source.period.start) if source.is_free else ()

    def _with_unpaid_use(
        self, source: Source, counters: Sequence[Counter], at: datetime
    ) -> Sequence[Counter]:
        """What was used of periods that were never charged counts as use of the paid one.

        Those of an earlier subscription are some that are not over.
        """
        if source.subscription_id is None or source.is_unpaid:
            return counters
        owner_id = counters[0].owner_id
        own = self.counters.lock_unpaid(source.subscription_id)
        running = self.counters.lock_unpaid_at(owner_id, source.period.start)
        unpaid = list({one.id: one for one in (*own, *running)}.values())
        self.counters.save([replace(one, is_unpaid=False) for one in unpaid], at)
        return [
            replace(counter, used=counter.used + sum(_units(unpaid, counter.meter)))
            for counter in counters
        ]


def _units(counters: Sequence[Counter], meter: Meter) -> list[int]:
    return [one.used + one.reserved for one in counters if one.meter is meter]


def _without_counters(sources: Sequence[Source], counters: Sequence[Counter]) -> list[Source]:
    return [source for source in sources if not any(one.is_of(source) for one in counters)]
