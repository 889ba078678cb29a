"""The terms of a plan on the wire; amounts are decimal strings of USDT."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from mara.billing.model.meters import LEVELS, Feature, Meter
from mara.billing.model.periods import Interval, IntervalUnit
from mara.billing.model.plan import (
    ALLOWANCE_MAX,
    GRACE_DAYS_MAX,
    PERCENT_MAX,
    TRIAL_DAYS_MAX,
    PlanTerms,
)
from mara.kernel.json_types import JsonInt
from mara.kernel.money import UsdtIn, UsdtOut, format_usdt

Allowance = Annotated[JsonInt, Field(ge=0, le=ALLOWANCE_MAX)]
EXAMPLE: JsonDict = {
    "price": "29",
    "interval": {"unit": "month", "count": 1},
    "discount_percent": 10,
    "trial_days": 14,
    "allowances": {"answers": 2000, "pages": 5000, "agents": 10},
    "overage": {"answers": {"price": "0.02"}},
    "features": ["generated_answers"],
}


class IntervalBody(BaseModel):
    """How often a plan is paid."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"unit": "month", "count": 1}]}
    )

    unit: IntervalUnit = Field(description="Unit of the interval.", examples=["month"])
    count: JsonInt = Field(
        default=1, ge=1, le=366, description="How many units an interval has.", examples=[1]
    )


class OveragePriceIn(BaseModel):
    """What use above an allowance costs."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"price": "0.02"}]})

    price: UsdtIn = Field(
        description="USDT for a unit: one, or 1000 of `generated_tokens`.", examples=["0.02"]
    )


class PlanTermsIn(BaseModel):
    """What a version of a plan costs and contains."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    price: UsdtIn = Field(description="List price of an interval in USDT.", examples=["29"])
    interval: IntervalBody = Field(description="How often the price is charged.")
    discount_percent: JsonInt = Field(
        default=0, ge=0, le=PERCENT_MAX, description="Discount on the list price.", examples=[10]
    )
    trial_days: JsonInt = Field(
        default=0, ge=0, le=TRIAL_DAYS_MAX, description="Days free of charge.", examples=[14]
    )
    grace_days: JsonInt = Field(
        default=7,
        ge=0,
        le=GRACE_DAYS_MAX,
        description="Days to pay after a renewal that was not covered.",
        examples=[7],
    )
    grace_percent: JsonInt = Field(
        default=20,
        ge=0,
        le=PERCENT_MAX,
        description="Part of each allowance that can be used while the renewal is not paid.",
        examples=[20],
    )
    allowances: dict[Meter, Allowance | None] = Field(
        default_factory=dict,
        description="What is included, by meter; null, or no entry, is unlimited.",
        examples=[{"answers": 2000}],
    )
    overage: dict[Meter, OveragePriceIn | None] = Field(
        default_factory=dict,
        description="Price above the allowance, by meter; without one, the allowance is a limit.",
        examples=[{"answers": {"price": "0.02"}}],
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
            overage_prices={meter: sold.price for meter, sold in self.overage.items() if sold},
            features=frozenset(self.features),
            discount_percent=self.discount_percent,
            trial_days=self.trial_days,
            grace_days=self.grace_days,
            grace_percent=self.grace_percent,
        )


class OveragePriceOut(BaseModel):
    """What use above an allowance costs."""

    price: UsdtOut = Field(description="USDT for each `unit`.", examples=["0.020000"])
    unit: int = Field(description="How many units the price buys.", examples=[1])


class PlanTermsOut(BaseModel):
    """The terms of a version."""

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
    overage: dict[Meter, OveragePriceOut | None] = Field(
        description="Price above the allowance, by meter; null: the allowance is a limit.",
        examples=[{"answers": {"price": "0.020000", "unit": 1}}],
    )
    features: list[Feature] = Field(description="What else is included.", examples=[["alerts"]])

    @classmethod
    def of_terms(cls, terms: PlanTerms, **others: Any) -> Self:
        """Convert from the domain model; ``others`` are the fields of a subclass."""
        return cls(
            price=format_usdt(terms.price),
            effective_price=format_usdt(terms.effective_price),
            discount_percent=terms.discount_percent,
            interval=IntervalBody(unit=terms.interval.unit, count=terms.interval.count),
            trial_days=terms.trial_days,
            grace_days=terms.grace_days,
            grace_percent=terms.grace_percent,
            allowances=dict(terms.allowances),
            overage={meter: _overage(terms, meter) for meter in Meter if meter not in LEVELS},
            features=sorted(terms.features),
            **others,
        )


def _overage(terms: PlanTerms, meter: Meter) -> OveragePriceOut | None:
    price = terms.overage_prices.get(meter)
    return None if price is None else OveragePriceOut(price=format_usdt(price), unit=meter.unit)
