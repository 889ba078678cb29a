"""Request and response bodies of the billing domain."""

from mara.billing.schemas.plan_terms import IntervalBody, PlanTermsIn, PlanTermsOut
from mara.billing.schemas.plans import (
    PlanChangeIn,
    PlanIn,
    PlanListOut,
    PlanOut,
    PlanVersionListOut,
    PlanVersionOut,
)

__all__ = [
    "IntervalBody",
    "PlanChangeIn",
    "PlanIn",
    "PlanListOut",
    "PlanOut",
    "PlanTermsIn",
    "PlanTermsOut",
    "PlanVersionListOut",
    "PlanVersionOut",
]
