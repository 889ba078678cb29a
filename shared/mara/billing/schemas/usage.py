"""Use against the plan on the wire; amounts are decimal strings of USDT."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field
from pydantic.config import JsonDict

from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.service.usage_overview import MeterUse, UsageOverview
from mara.kernel.money import UsdtOut, format_usdt

PERIOD: JsonDict = {"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"}


class PeriodOut(BaseModel):
    """A period from ``start`` up to, and without, ``end``."""

    start: datetime = Field(description="Beginning of the period.", examples=[PERIOD["start"]])
    end: datetime = Field(description="End of the period.", examples=[PERIOD["end"]])

    @classmethod
    def of(cls, period: Period) -> Self:
        """Convert from the domain model."""
        return cls(start=period.start, end=period.end)


class OverageOut(BaseModel):
    """Use above the allowance, which is paid from the balance as it happens."""

    used: int = Field(description="Units above the allowance.", examples=[3])
    price: UsdtOut = Field(description="USDT for each `unit` of them.", examples=["0.020000"])
    unit: int = Field(description="How many units the price buys.", examples=[1])
    spent: UsdtOut = Field(
        description="What they cost in this usage period, in USDT.", examples=["0.060000"]
    )


class MeterUseOut(BaseModel):
    """The use of one meter."""

    meter: Meter = Field(
        description="`answers`, `generated_tokens`, `pages` and `alerts` are counted per usage "
        "period; `stored_mb`, `agents` and `bots` are what exists now."
    )
    included: int | None = Field(
        description="What the plan includes; null is unlimited.", examples=[2000]
    )
    used: int = Field(description="What was used of it.", examples=[120])
    reserved: int = Field(
        description="What requests that are being worked on may use.", examples=[1]
    )
    overage: OverageOut | None = Field(
        description="Use above the allowance; null if the plan sells none, so that the allowance is"
        " a limit."
    )
    period: PeriodOut = Field(description="The usage period; the next one has its own allowances.")

    @classmethod
    def of(cls, use: MeterUse, period: Period) -> Self:
        """Convert from the domain model."""
        overage = None
        if use.price is not None:
            overage = OverageOut(
                used=use.overage,
                price=format_usdt(use.price),
                unit=use.meter.unit,
                spent=format_usdt(use.charged),
            )
        return cls(
            meter=use.meter,
            included=use.included,
            used=use.used,
            reserved=use.reserved,
            overage=overage,
            period=PeriodOut.of(period),
        )


class MeterUseListOut(BaseModel):
    """The use of every meter."""

    plan: str = Field(description="Code of the plan that holds now.", examples=["team"])
    overage_limit: UsdtOut = Field(
        description="The most that all overage of the usage period may cost, in USDT: the user sets"
        " it by `PATCH /api/v1/subscriptions/my`.",
        examples=["5.000000"],
    )
    overage_spent: UsdtOut = Field(
        description="What overage has cost so far, with what is held for requests that are being "
        "worked on, in USDT.",
        examples=["0.060000"],
    )
    items: list[MeterUseOut] = Field(description="One entry per meter.")

    @classmethod
    def of(cls, overview: UsageOverview) -> Self:
        """Convert from the domain model."""
        return cls(
            plan=overview.plan,
            overage_limit=format_usdt(overview.overage_limit),
            overage_spent=format_usdt(overview.overage_spent),
            items=[MeterUseOut.of(use, overview.period) for use in overview.meters],
        )
