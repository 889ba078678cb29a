"""Names the plan that would allow what was refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.entitlement import entitlement_of
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.plan_advice import Wanted, cheapest_plan
from mara.billing.model.usage_refusals import name_plan
from mara.billing.ports import Plans, UsageHolders
from mara.billing.service.usage_book import UsageBook
from mara.kernel.clock import Clock
from mara.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class PlanAdvice:
    """Reads inside the caller's transaction; only refusals pay for it."""

    plans: Plans
    holders: UsageHolders
    book: UsageBook
    now: Clock

    def add_to(
        self,
        refusal: DomainError,
        owner_id: UUID,
        quantities: Mapping[Meter, int],
        feature: Feature | None,
    ) -> None:
        """Name the cheapest plan that allows all of it in the refusal's ways out."""
        holder = self.holders.get(owner_id, self.now())
        entitlement = entitlement_of(holder)
        counters = self.book.read(owner_id, entitlement.sources, holder.now)
        free = self.book.counters.read_free(owner_id, holder.now)
        wanted = Wanted(entitlement, counters, free, quantities, feature, holder.now)
        plans = self.plans.list_public()
        name_plan(refusal, cheapest_plan(plans, entitlement, wanted.is_allowed_by))
