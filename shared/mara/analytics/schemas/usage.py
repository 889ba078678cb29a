"""Use on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from mara.analytics.model.usage import UsageBucket
from mara.analytics.schemas.revenue import amount_out
from mara.kernel.money import UsdtOut, format_usdt


class UsageBucketOut(BaseModel):
    """The figures of one bucket."""

    start: datetime = Field(description="Start of the bucket, which belongs to it.")
    end: datetime = Field(description="End of the bucket, which does not belong to it.")
    answers: int = Field(
        description="Answers that were counted: from allowances, and above them.", examples=[1200]
    )
    tokens: int = Field(
        description="Tokens that the language model wrote for them.", examples=[240000]
    )
    refusals: int = Field(
        description="Uses of any meter that the plan or the balance refused.", examples=[12]
    )
    revenue: UsdtOut = Field(
        description="`recognised` and `overage` of the report of revenue.", examples=["60.000000"]
    )
    price_per_answer: UsdtOut | None = Field(
        description="`revenue` / `answers`; null without any.", examples=["0.050000"]
    )
    cost: UsdtOut = Field(
        description="`tokens` x the setting `MARA_COST_PER_1000_TOKENS` / 1000.",
        examples=["0.048000"],
    )
    cost_per_answer: UsdtOut | None = Field(
        description="`cost` / `answers`, before rounding; null without any.", examples=["0.000040"]
    )
    margin: float | None = Field(
        description="(`revenue` - `cost`) / `revenue`; null if that is 0.", examples=[0.9992]
    )

    @classmethod
    def of(cls, bucket: UsageBucket) -> Self:
        """Convert from the domain model."""
        return cls(
            start=bucket.start,
            end=bucket.end,
            answers=bucket.count.answers,
            tokens=bucket.count.tokens,
            refusals=bucket.count.refusals,
            revenue=format_usdt(bucket.revenue),
            price_per_answer=amount_out(bucket.price_per_answer),
            cost=format_usdt(bucket.cost),
            cost_per_answer=amount_out(bucket.cost_per_answer),
            margin=bucket.margin,
        )


class UsageReportOut(BaseModel):
    """Use by bucket, the oldest first."""

    items: list[UsageBucketOut] = Field(description="The buckets.")

    @classmethod
    def of(cls, buckets: Sequence[UsageBucket]) -> Self:
        """Convert from the domain model."""
        return cls(items=[UsageBucketOut.of(bucket) for bucket in buckets])
