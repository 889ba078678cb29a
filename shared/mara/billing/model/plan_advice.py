"""Which plan would allow what was refused: the cheapest per month of those that are sold to all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from mara.billing.model.counter import Counter, allowance_after_change
from mara.billing.model.entitlement import Entitlement
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.plan import Plan, PlanTerms
from mara.billing.model.subscription import State


@dataclass(frozen=True, slots=True)
class Wanted:
    """A use that was refused, in billing time ``at``. ``counters`` are the entitlement's.

    ``free`` are those whose use a plan of price 0 takes over.
    """

    entitlement: Entitlement
    counters: Sequence[Counter]
    free: Sequence[Counter]
    quantities: Mapping[Meter, int]
    feature: Feature | None
    at: datetime

    def is_allowed_by(self, terms: PlanTerms) -> bool:
        """Whether a user who takes the plan now could use this without overage."""
        if self.feature is not None and self.feature not in terms.features:
            return False
        return all(
            self._fits(terms, meter, units) for meter, units in self.quantities.items() if units
        )

    def _fits(self, terms: PlanTerms, meter: Meter, units: int) -> bool:
        new = terms.allowances[meter]
        if new is None:
            return True
        own = self.entitlement.version.terms
        if self._keeps_period(terms):
            return all(
                one.taken + units <= ceil(allowance_after_change(one, own, terms, self.at) or 0)
                for one in self.counters
                if one.meter is meter
            )
        taken_over = (one.taken for one in self.free if terms.is_free and one.meter is meter)
        return units + max(taken_over, default=0) <= new

    def _keeps_period(self, terms: PlanTerms) -> bool:
        """Whether the plan continues the usage period, so that it adds for the rest alone."""
        own = self.entitlement.version.terms
        match self.entitlement.state:
            case None:
                return False
            case State.ACTIVE:
                return terms.interval == own.interval
            case _:
                return True


def cheapest_plan(
    plans: Iterable[Plan], entitlement: Entitlement, allows: Callable[[PlanTerms], bool]
) -> str | None:
    """The code of the plan to name; None where none helps, or the open invoice is to be paid."""
    if entitlement.state is State.PAST_DUE:
        return None
    fitting = [
        plan
        for plan in plans
        if not plan.is_default
        and plan.current != entitlement.version
        and allows(plan.current.terms)
    ]
    cheapest = min(fitting, key=lambda plan: plan.current.terms.monthly_price, default=None)
    return cheapest.code if cheapest else None
