"""Plans for the tests of billing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from mara.billing.model.meters import Meter
from mara.billing.model.periods import MONTHLY
from mara.billing.model.plan import PlanTerms, PlanVersion

NAMESPACE = UUID(int=13)
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
USDT = 1_000_000


def allowances(**limits: int | None) -> Mapping[Meter, int | None]:
    """Unlimited but for ``limits``."""
    return {meter: limits.get(meter) for meter in Meter}


def plan_terms(price: int = 10 * USDT, **terms: Any) -> PlanTerms:
    """Terms of a monthly plan without limits, unless ``terms`` say otherwise."""
    given = {"interval": MONTHLY, "allowances": allowances(), "overage_prices": {}, **terms}
    return PlanTerms(price=price, **given)


def plan_version(code: str = "team", number: int = 1, **terms: Any) -> PlanVersion:
    """A version of a plan; its id depends on its terms, as one version never has others."""
    plan_id, given = uuid5(NAMESPACE, code), plan_terms(**terms)
    id_ = uuid5(plan_id, f"{number} {given}")
    return PlanVersion(id_, plan_id, code, number, given, NOW)
