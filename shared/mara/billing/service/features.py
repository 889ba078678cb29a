"""Whether the plan of a user contains a feature."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.errors import NotInPlan
from mara.billing.model.entitlement import entitlement_of
from mara.billing.model.meters import Feature
from mara.billing.model.usage import check_feature
from mara.billing.ports import UsageHolders
from mara.billing.service.plan_advice import PlanAdvice
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FeatureService:
    """Refuses what a plan does not contain, with the plans that do."""

    holders: UsageHolders
    advice: PlanAdvice
    unit_of_work: UnitOfWork
    now: Clock

    def check(self, owner_id: UUID, feature: Feature) -> None:
        """Raises NotInPlan unless the user's plan contains the feature."""
        with self.unit_of_work(owner_id):
            holder = self.holders.get(owner_id, self.now())
            try:
                check_feature(entitlement_of(holder), feature)
            except NotInPlan as refusal:
                self.advice.add_to(refusal, owner_id, {}, feature)
                raise
