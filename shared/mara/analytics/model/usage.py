"""Use by bucket of time, with what it earns and costs. Amounts are micro-USDT."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mara.analytics.model.ratios import rounded, share

TOKENS_PER_PRICE: Final = 1000


@dataclass(frozen=True, slots=True)
class UseCount:
    """``refusals`` are uses that a limit of the plan, or the balance, refused."""

    answers: int = 0
    tokens: int = 0
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class UsageBucket:
    """The figures of one bucket; ``token_cost`` is what 1000 generated tokens cost us."""

    start: datetime
    end: datetime
    count: UseCount
    recognised: int
    overage: int
    token_cost: int

    @property
    def revenue(self) -> int:
        """What the subscriptions earned in the bucket, and overage."""
        return self.recognised + self.overage

    @property
    def price_per_answer(self) -> int | None:
        """Revenue per answer."""
        return rounded(self.revenue, self.count.answers)

    @property
    def cost(self) -> int:
        """What the generated tokens cost us."""
        return rounded(self.count.tokens * self.token_cost, TOKENS_PER_PRICE) or 0

    @property
    def cost_per_answer(self) -> int | None:
        """Cost per answer."""
        divisor = self.count.answers * TOKENS_PER_PRICE
        return rounded(self.count.tokens * self.token_cost, divisor)

    @property
    def margin(self) -> float | None:
        """(Revenue - cost) ÷ revenue."""
        return share(self.revenue - self.cost, self.revenue)
