"""Levels: how much of what exists a plan allows, counted when things are created and deleted."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.entitlement import Entitlement, entitlement_of
from mara.billing.model.levels import units_of
from mara.billing.model.meters import Meter
from mara.billing.model.periods import ceil_div
from mara.billing.model.plan import PlanTerms
from mara.billing.model.plan_advice import cheapest_plan
from mara.billing.model.usage_refusals import level_reached, name_plan
from mara.billing.ports import Plans, UsageHolders, UsageLevels, UsageMetrics
from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork


@dataclass(frozen=True, slots=True)
class LevelService:
    """Amounts of ``stored_mb`` are bytes, those of other levels numbers of things."""

    levels: UsageLevels
    holders: UsageHolders
    plans: Plans
    unit_of_work: UnitOfWork
    metrics: UsageMetrics
    now: Clock

    def take_level(self, owner_id: UUID, meter: Meter, amount: int = 1) -> None:
        """Count what the caller's open transaction creates. Raises UsageLimitReached.

        After an error, the caller's transaction is to be rolled back.
        """
        entitlement = self._entitlement(owner_id)
        included = entitlement.version.terms.allowances[meter]
        level = self.levels.change(owner_id, meter, amount)
        if included is not None and level > units_of(meter, included):
            unit = units_of(meter, 1)
            refusal = level_reached(
                entitlement,
                meter,
                level=ceil_div(level - amount, unit),
                requested=ceil_div(amount, unit),
            )
            plans = self.plans.list_public()
            name_plan(
                refusal, cheapest_plan(plans, entitlement, lambda terms: _fits(terms, meter, level))
            )
            raise refusal

    def give_level(self, owner_id: UUID, meter: Meter, amount: int = 1) -> None:
        """Count what the caller's open transaction deletes."""
        self.levels.change(owner_id, meter, -amount)

    def allowed(self, owner_id: UUID, meter: Meter) -> int | None:
        """The level that the plan allows, in the caller's open transaction; None: no limit."""
        included = self._entitlement(owner_id).version.terms.allowances[meter]
        return None if included is None else units_of(meter, included)

    def recount(self) -> dict[str, int]:
        """Compare all levels with what exists, and correct them; a summary for the log."""
        with self.unit_of_work(SYSTEM):
            differences = self.levels.recount()
        self.metrics.record_recount(differences)
        return {"differences": len(differences)}

    def _entitlement(self, owner_id: UUID) -> Entitlement:
        return entitlement_of(self.holders.get(owner_id, self.now()))


def _fits(terms: PlanTerms, meter: Meter, level: int) -> bool:
    included = terms.allowances[meter]
    return included is None or level <= units_of(meter, included)
