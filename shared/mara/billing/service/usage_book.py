"""The counters of entitlements, which are made by the first use in a usage period."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from mara.billing.model.counter import PERIODIC, Counter, fresh
from mara.billing.model.entitlement import Source
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
        self.counters.add(
            [
                counter
                for source in missing
                for counter in self._with_unpaid_use(source, self._fresh(owner_id, [source]), at)
            ],
            at,
        )
        return self._lock(owner_id, sources)

    def _lock(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        found = self.counters.lock(owner_id, [source.period.start for source in sources])
        return [one for one in found if any(map(one.is_of, sources))]

    def _fresh(self, owner_id: UUID, sources: Sequence[Source]) -> list[Counter]:
        return [
            fresh(source, meter, id_=self.new_id(), owner_id=owner_id)
            for source in sources
            for meter in PERIODIC
        ]

    def _with_unpaid_use(
        self, source: Source, counters: Sequence[Counter], at: datetime
    ) -> Sequence[Counter]:
        """What was used of periods that were never charged counts as use of the paid one."""
        if source.subscription_id is None or source.is_unpaid:
            return counters
        unpaid = self.counters.lock_unpaid(source.subscription_id)
        self.counters.save([replace(one, is_unpaid=False) for one in unpaid], at)
        return [
            replace(counter, used=sum(one.used for one in unpaid if one.meter is counter.meter))
            for counter in counters
        ]


def _without_counters(sources: Sequence[Source], counters: Sequence[Counter]) -> list[Source]:
    return [source for source in sources if not any(one.is_of(source) for one in counters)]
