"""Revenue by bucket of time. Amounts are integers of micro-USDT."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mara.analytics.model.ratios import rounded, share

MONTHS_OF_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Movements:
    """Changes of monthly recurring revenue (MRR); contraction and churn are negative or 0.

    ``churned_users`` are the users whose MRR went to 0, ``users`` is the change of the number of
    users with MRR.
    """

    new: int = 0
    reactivation: int = 0
    expansion: int = 0
    contraction: int = 0
    churn: int = 0
    churned_users: int = 0
    users: int = 0

    @property
    def total(self) -> int:
        """The change of MRR."""
        return self.new + self.reactivation + self.expansion + self.contraction + self.churn


@dataclass(frozen=True, slots=True)
class TrialCounts:
    """The trials that ended, and how many of those subscriptions ever paid."""

    ended: int = 0
    paid: int = 0


@dataclass(frozen=True, slots=True)
class MoneyMoved:
    """What the ledger posted; ``credits`` are credits by hand less what was taken back of them.

    ``cash_in`` (by network) and ``credits`` are None in a report of one plan.
    """

    cash_in: Mapping[str, int] | None = field(default_factory=dict)
    charged: int = 0
    overage: int = 0
    credit_notes: int = 0
    credits: int | None = 0


@dataclass(frozen=True, slots=True)
class RevenueBucket:
    """The figures of one bucket; ``opening_mrr`` and ``opening_users`` are those at its start."""

    start: datetime
    end: datetime
    opening_mrr: int
    opening_users: int
    movements: Movements
    trials: TrialCounts
    money: MoneyMoved
    recognised: int

    @property
    def mrr(self) -> int:
        """MRR at the end."""
        return self.opening_mrr + self.movements.total

    @property
    def users(self) -> int:
        """Users with MRR at the end."""
        return self.opening_users + self.movements.users

    @property
    def arr(self) -> int:
        """Annual recurring revenue."""
        return self.mrr * MONTHS_OF_YEAR

    @property
    def logo_churn(self) -> float | None:
        """The users whose MRR went to 0, by the users with MRR at the start."""
        return share(self.movements.churned_users, self.opening_users)

    @property
    def revenue_churn(self) -> float | None:
        """Churn and contraction, by MRR at the start."""
        return share(-self.movements.churn - self.movements.contraction, self.opening_mrr)

    @property
    def arpu(self) -> int | None:
        """MRR per user with MRR, at the end."""
        return rounded(self.mrr, self.users)

    @property
    def ltv(self) -> int | None:
        """ARPU ÷ logo churn, from the exact quotients; None where one of them is."""
        if not self.opening_users:
            return None
        return rounded(self.mrr * self.opening_users, self.users * self.movements.churned_users)

    @property
    def conversion(self) -> float | None:
        """Of the trials that ended, the share of those that ever paid."""
        return share(self.trials.paid, self.trials.ended)


@dataclass(frozen=True, slots=True)
class RevenueFigures:
    """What storage knows of a timeline; position 0 of ``movements`` is all that was before it."""

    movements: Sequence[Movements]
    trials: Sequence[TrialCounts]
    money: Sequence[MoneyMoved]
    recognised: Sequence[int]


def revenue_buckets(bounds: Sequence[datetime], figures: RevenueFigures) -> list[RevenueBucket]:
    """The buckets between ``bounds``, each with what it begins with."""
    buckets = []
    mrr, users = figures.movements[0].total, figures.movements[0].users
    for number, start in enumerate(bounds[:-1]):
        bucket = RevenueBucket(
            start=start,
            end=bounds[number + 1],
            opening_mrr=mrr,
            opening_users=users,
            movements=figures.movements[number + 1],
            trials=figures.trials[number],
            money=figures.money[number],
            recognised=figures.recognised[number],
        )
        buckets.append(bucket)
        mrr, users = bucket.mrr, bucket.users
    return buckets
