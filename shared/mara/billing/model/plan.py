"""Plans and their immutable versions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.billing.errors import InvalidPlan
from mara.billing.model.meters import Feature, Meter
from mara.billing.model.periods import Interval, half_up

PRICE_MAX: Final = 10**12
"""A million USDT, in micro-USDT."""
ALLOWANCE_MAX: Final = 10**12
PERCENT_MAX: Final = 100
TRIAL_DAYS_MAX: Final = 90
GRACE_DAYS_MAX: Final = 30
CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")


class Visibility(StrEnum):
    """``hidden`` is sold to who knows its code; ``archived`` is kept by its subscribers only."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a version of a plan costs and contains; amounts are micro-USDT. Raises InvalidPlan.

    An allowance of ``None`` is unlimited; a meter without an overage price stops at its allowance.
    """

    price: int
    interval: Interval
    allowances: Mapping[Meter, int | None]
    overage_prices: Mapping[Meter, int]
    features: frozenset[Feature] = frozenset()
    discount_percent: int = 0
    trial_days: int = 0
    grace_days: int = 7
    grace_percent: int = 20
    effective_price: int = field(init=False, repr=False, compare=False)
    """The price per interval after the discount, rounded half up."""
    monthly_price: int = field(init=False, repr=False, compare=False)
    """What it adds to monthly recurring revenue."""

    def __post_init__(self) -> None:
        _check_range("price", self.price, PRICE_MAX)
        _check_range("discount_percent", self.discount_percent, PERCENT_MAX)
        _check_range("trial_days", self.trial_days, TRIAL_DAYS_MAX)
        _check_range("grace_days", self.grace_days, GRACE_DAYS_MAX)
        _check_range("grace_percent", self.grace_percent, PERCENT_MAX)
        for meter in Meter:
            if meter not in self.allowances:
                raise InvalidPlan(f"allowances: {meter} is missing.")
            allowed = self.allowances[meter]
            if allowed is not None:
                _check_range(f"allowances.{meter}", allowed, ALLOWANCE_MAX)
        for meter, price in self.overage_prices.items():
            _check_range(f"overage_prices.{meter}", price, PRICE_MAX)
            if meter.is_level:
                raise InvalidPlan(f"overage_prices: {meter} is a level and has no overage.")
        # Computed once: a batch of renewals asks for them a thousand times.
        effective = half_up(self.price * (PERCENT_MAX - self.discount_percent), PERCENT_MAX)
        object.__setattr__(self, "effective_price", effective)
        object.__setattr__(self, "monthly_price", self.interval.per_month(effective))

    @property
    def is_free(self) -> bool:
        """Whether its effective price is 0."""
        return not self.effective_price


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """``number`` counts the versions of a plan from 1; a version never changes."""

    id: UUID
    plan_id: UUID
    code: str
    number: int
    terms: PlanTerms
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """``names`` are by language (``ru``, ``en``); ``current`` is the version that is sold.

    Exactly one plan is the default: what a user has without a subscription. Raises InvalidPlan.
    """

    id: UUID
    code: str
    names: Mapping[str, str]
    visibility: Visibility
    is_default: bool
    current: PlanVersion

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise InvalidPlan("code: 1 to 40 small Latin letters, digits and hyphens.")
        terms = self.current.terms
        if self.is_default and (terms.price or terms.trial_days or terms.overage_prices):
            raise InvalidPlan("The default plan has no price, trial or overage.")


def _check_range(field: str, value: int, maximum: int) -> None:
    if not 0 <= value <= maximum:
        raise InvalidPlan(f"{field}: 0 to {maximum}.")
