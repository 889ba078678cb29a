"""What answers may cost, by the plan of their owner."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.entitlement import entitlement_of
from mara.billing.model.meters import Meter
from mara.billing.ports import UsageHolders
from mara.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class PlanAnswerPrice:
    """The price of an answer above the allowances, with a thousand tokens that a model writes."""

    holders: UsageHolders
    now: Clock

    def of(self, owner_id: UUID) -> int:
        """Return it in micro-USDT, in the caller's transaction; 0 where the plan has no overage."""
        holder = self.holders.get(owner_id, self.now())
        prices = entitlement_of(holder).version.terms.overage_prices
        return prices.get(Meter.ANSWERS, 0) + prices.get(Meter.GENERATED_TOKENS, 0)
