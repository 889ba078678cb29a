"""Revenue on the wire. Amounts are decimal USDT, shares are numbers with six places."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.analytics.model.revenue import Movements, RevenueBucket
from mara.kernel.money import UsdtOut, format_usdt


class MovementsOut(BaseModel):
    """Changes of MRR, of each user by each event; the five add up to the change of MRR."""

    new: UsdtOut = Field(
        description="From 0, of users who never had MRR before.", examples=["29.000000"]
    )
    reactivation: UsdtOut = Field(
        description="From 0, of users who had MRR before, however long ago.",
        examples=["0.000000"],
    )
    expansion: UsdtOut = Field(description="Upwards, from more than 0.", examples=["10.000000"])
    contraction: UsdtOut = Field(
        description="Downwards, but not to 0; negative or 0.", examples=["-5.000000"]
    )
    churn: UsdtOut = Field(description="To 0; negative or 0.", examples=["0.000000"])

    @classmethod
    def of(cls, movements: Movements) -> Self:
        """Convert from the domain model."""
        return cls(**{name: format_usdt(getattr(movements, name)) for name in cls.model_fields})


class RevenueBucketOut(BaseModel):
    """The figures of one bucket."""

    start: datetime = Field(description="Start of the bucket, which belongs to it.")
    end: datetime = Field(description="End of the bucket, which does not belong to it.")
    mrr: UsdtOut = Field(
        description="Monthly recurring revenue at the end: the price after discount per month of "
        "each subscription that is active, or past due and was ever paid. A year counts 1/12, a "
        "week 365.25/84, a day 30.4375 of its price, rounded half up. A cancelled subscription "
        "counts until it ends; trials, incomplete ones and overage do not count.",
        examples=["2610.000000"],
    )
    arr: UsdtOut = Field(description="Annual: 12 x MRR.", examples=["31320.000000"])
    movements: MovementsOut = Field(description="Why MRR changed in the bucket.")
    users: int = Field(description="Users with MRR at the end.", examples=[100])
    churned_users: int = Field(description="Users whose MRR went to 0 in the bucket.", examples=[2])
    logo_churn: float | None = Field(
        description="`churned_users` / users with MRR at the start; null without any.",
        examples=[0.02],
    )
    revenue_churn: float | None = Field(
        description="(Churn + contraction, without their sign) / MRR at the start; null if that "
        "is 0.",
        examples=[0.021],
    )
    arpu: UsdtOut | None = Field(
        description="Average revenue per user: MRR / users with MRR, at the end; null without any.",
        examples=["26.100000"],
    )
    ltv: UsdtOut | None = Field(
        description="Lifetime value: ARPU / logo churn; null if either is null or churn is 0.",
        examples=["1305.000000"],
    )
    trials_ended: int = Field(description="TrialCounts that ended in the bucket.", examples=[10])
    trials_paid: int = Field(
        description="Of those, the subscriptions that ever paid, until today.", examples=[4]
    )
    trial_conversion: float | None = Field(
        description="`trials_paid` / `trials_ended`; null without any.", examples=[0.4]
    )
    cash_in: dict[str, UsdtOut] | None = Field(
        description="Deposits that the ledger posted, by network, those in suspense included; null "
        "in a report of one plan.",
        examples=[{"tron": "120.000000", "arbitrum": "0.000000", "aptos": "0.000000"}],
    )
    charged: UsdtOut = Field(description="Invoices that were charged.", examples=["2610.000000"])
    overage: UsdtOut = Field(
        description="Use above allowances that was charged.", examples=["12.400000"]
    )
    credit_notes: UsdtOut = Field(description="What credit notes gave back.", examples=["7.250000"])
    credits: UsdtOut | None = Field(
        description="Credits by hand, less what was taken back of them; null in a report of one "
        "plan.",
        examples=["5.000000"],
    )
    recognised: UsdtOut = Field(
        description="Each paid invoice spread evenly over its period, and that of a change over "
        "the rest of its period; days are rounded cumulatively, so that they add up to the "
        "amount. Overage and credit notes are not in it.",
        examples=["2588.100000"],
    )

    @classmethod
    def of(cls, bucket: RevenueBucket) -> Self:
        """Convert from the domain model."""
        money, trials = bucket.money, bucket.trials
        return cls(
            start=bucket.start,
            end=bucket.end,
            mrr=format_usdt(bucket.mrr),
            arr=format_usdt(bucket.arr),
            movements=MovementsOut.of(bucket.movements),
            users=bucket.users,
            churned_users=bucket.movements.churned_users,
            logo_churn=bucket.logo_churn,
            revenue_churn=bucket.revenue_churn,
            arpu=amount_out(bucket.arpu),
            ltv=amount_out(bucket.ltv),
            trials_ended=trials.ended,
            trials_paid=trials.paid,
            trial_conversion=bucket.conversion,
            cash_in=None if money.cash_in is None else _amounts(money.cash_in),
            charged=format_usdt(money.charged),
            overage=format_usdt(money.overage),
            credit_notes=format_usdt(money.credit_notes),
            credits=amount_out(money.credits),
            recognised=format_usdt(bucket.recognised),
        )


class RevenueOut(BaseModel):
    """Revenue by bucket, the oldest first."""

    items: list[RevenueBucketOut] = Field(description="The buckets.")

    @classmethod
    def of(cls, buckets: Sequence[RevenueBucket]) -> Self:
        """Convert from the domain model."""
        return cls(items=[RevenueBucketOut.of(bucket) for bucket in buckets])


def amount_out(amount: int | None) -> str | None:
    """The amount as decimal USDT; None stays None."""
    return None if amount is None else format_usdt(amount)


def _amounts(amounts: Mapping[str, int]) -> dict[str, str]:
    return {name: format_usdt(amount) for name, amount in amounts.items()}
