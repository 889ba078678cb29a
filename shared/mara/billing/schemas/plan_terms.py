"""The terms of a plan on the wire; amounts are decimal strings of USDT."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from mara.billing.model.meters import Feature, Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.plan import (
    ALLOWANCE_MAX,
    GRACE_DAYS_MAX,
    PERCENT_MAX,
    TRIAL_DAYS_MAX,
    PlanTerms,
)
from mara.kernel.money import UsdtIn, UsdtOut, format_usdt

Allowance = Annotated[int, Field(ge=0, le=ALLOWANCE_MAX)]
EXAMPLE: JsonDict = {
    "price": "29",
    "interval": {"unit": "month", "count": 1},
    "discount_percent": 10,
    "trial_days": 14,
    "allowances": {"answers": 2000, "pages": 5000, "agents": 10},
    "overage_prices": {"answers": "0.02"},
    "features": ["generated_answers"],
}


class IntervalBody(BaseModel):
    """How often a plan is paid."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit": "month", "count": 1}]}
    )

    unit: IntervalUnit = Field(description="Unit of the interval.", examples=["month"])
    count: int = Field(
        default=1, ge=1, le=366, description="How many units an interval has.", examples=[1]
    )


class PlanTermsBody(BaseModel):
    """What a version of a plan costs and contains."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    price: UsdtIn = Field(description="List price of an interval in USDT.", examples=["29"])
    interval: IntervalBody = Field(description="How often the price is charged.")
    discount_percent: int = Field(
        default=0, ge=0, le=PERCENT_MAX, description="Discount on the list price.", examples=[10]
    )
    trial_days: int = Field(
        default=0, ge=0, le=TRIAL_DAYS_MAX, description="Days free of charge.", examples=[14]
    )
    grace_days: int = Field(
        default=7,
        ge=0,
        le=GRACE_DAYS_MAX,
        description="Days to pay after a renewal that was not covered.",
        examples=[7],
    )
    grace_percent: int = Field(
        default=20,
        ge=0,
        le=PERCENT_MAX,
        description="Part of each allowance that can be used while the renewal is not paid.",
        examples=[20],
    )
    allowances: dict[Meter, Allowance] = Field(
        default_factory=dict,
        description="What is included, by meter; a meter that is not named is unlimited.",
        examples=[{"answers": 2000}],
    )
    overage_prices: dict[Meter, UsdtIn] = Field(
        default_factory=dict,
        description="USDT for a unit above the allowance; without it, the allowance is a limit.",
        examples=[{"answers": "0.02"}],
    )
    features: list[Feature] = Field(
        default_factory=list, description="What else is included.", examples=[["alerts"]]
    )

    def to_terms(self) -> PlanTerms:
        """Convert to the domain model. Raises InvalidPlan."""
        return PlanTerms(
            price=self.price,
            interval=Interval(self.interval.unit, self.interval.count),
            allowances={meter: self.allowances.get(meter) for meter in Meter},
            overage_prices=self.overage_prices,
            features=frozenset(self.features),
            discount_percent=self.discount_percent,
            trial_days=self.trial_days,
            grace_days=self.grace_days,
            grace_percent=self.grace_percent,
        )


class TermsOut(BaseModel):
    """The terms of a version; an allowance of null is unlimited."""

    price: UsdtOut = Field(description="List price of an interval in USDT.", examples=["29.000000"])
    effective_price: UsdtOut = Field(
        description="What is charged: the price with its discount.", examples=["26.100000"]
    )
    discount_percent: int = Field(description="Discount on the list price.", examples=[10])
    interval: IntervalBody = Field(description="How often the price is charged.")
    trial_days: int = Field(description="Days free of charge.", examples=[14])
    grace_days: int = Field(description="Days to pay a renewal.", examples=[7])
    grace_percent: int = Field(description="Part of allowances while unpaid.", examples=[20])
    allowances: dict[Meter, int | None] = Field(
        description="What is included, by meter; null is unlimited.", examples=[{"answers": 2000}]
    )
    overage_prices: dict[Meter, UsdtOut] = Field(
        description="USDT for a unit above the allowance.", examples=[{"answers": "0.020000"}]
    )
    features: list[Feature] = Field(description="What else is included.", examples=[["alerts"]])

    @classmethod
    def of(cls, terms: PlanTerms) -> Self:
        """Convert from the domain model."""
        return cls(
            price=format_usdt(terms.price),
            effective_price=format_usdt(terms.effective_price),
            discount_percent=terms.discount_percent,
            interval=IntervalBody(unit=terms.interval.unit, count=terms.interval.count),
            trial_days=terms.trial_days,
            grace_days=terms.grace_days,
            grace_percent=terms.grace_percent,
            allowances=dict(terms.allowances),
            overage_prices={m: format_usdt(price) for m, price in terms.overage_prices.items()},
            features=sorted(terms.features),
        )
