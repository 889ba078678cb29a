"""Plans and their versions on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from mara.billing.model.plan import CODE, Plan, PlanVersion, Visibility
from mara.billing.schemas.plan_terms import EXAMPLE, PlanTermsIn, PlanTermsOut
from mara.billing.service.plans import PlanDraft

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
NAME: JsonDict = {"ru": "Команда", "en": "Team"}
TEAM: JsonDict = {"name": NAME, "visibility": "public", **EXAMPLE}
BUSINESS: JsonDict = {
    "code": "business",
    "name": {"ru": "Бизнес", "en": "Business"},
    "price": "99",
    "interval": {"unit": "month"},
}


class PlanName(BaseModel):
    """The name of a plan in each language."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [NAME]})

    ru: Name = Field(description="Name in Russian.", examples=["Команда"])
    en: Name = Field(description="Name in English.", examples=["Team"])


class PlanChangeIn(PlanTermsIn):
    """A plan after a change; terms that differ from the present ones make a new version."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TEAM]})

    name: PlanName = Field(description="Name of the plan by language.")
    visibility: Visibility = Field(
        default=Visibility.PUBLIC,
        description="Who can subscribe: everyone, users who know the code, or no further user.",
        examples=["public"],
    )


class PlanIn(PlanChangeIn):
    """A new plan."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [BUSINESS, {"code": "team", **TEAM}]}
    )

    code: Annotated[str, StringConstraints(pattern=f"^{CODE.pattern}$")] = Field(
        description="Unique code by which users subscribe.", examples=["team"]
    )

    def to_draft(self) -> PlanDraft:
        """Convert to the domain model. Raises InvalidPlan."""
        return PlanDraft(
            code=self.code,
            names=self.name.model_dump(),
            visibility=self.visibility,
            terms=self.to_terms(),
        )


class PlanVersionOut(PlanTermsOut):
    """A version of a plan, which never changes."""

    id: UUID = Field(description="Id of the version.")
    version: int = Field(description="Counts the versions of the plan from 1.", examples=[1])
    created_at: datetime = Field(description="Since when it is sold.")

    @classmethod
    def of(cls, version: PlanVersion) -> Self:
        """Convert from the domain model."""
        return cls.of_terms(
            version.terms, id=version.id, version=version.number, created_at=version.created_at
        )


class PlanOut(PlanTermsOut):
    """A plan with the terms of one version: the current one, or a subscriber's."""

    id: UUID = Field(description="Id of the plan.")
    code: str = Field(description="Code by which users subscribe.", examples=["team"])
    name: PlanName = Field(description="Name of the plan by language.")
    version: int = Field(description="Number of the version.", examples=[1])
    default: bool = Field(description="Whether it holds for users without a subscription.")
    visibility: Visibility = Field(description="Who can subscribe.", examples=["public"])

    @classmethod
    def of(cls, plan: Plan, version: PlanVersion | None = None) -> Self:
        """Convert from the domain model; ``version`` is the current one by default."""
        shown = version or plan.current
        return cls.of_terms(
            shown.terms,
            id=plan.id,
            code=plan.code,
            name=PlanName.model_validate(plan.names),
            version=shown.number,
            default=plan.is_default,
            visibility=plan.visibility,
        )


class PlanListOut(BaseModel):
    """The plans that are sold to everyone, the cheapest first."""

    items: list[PlanOut] = Field(description="The plans.")


class PlanVersionListOut(BaseModel):
    """All versions of a plan, newest first."""

    items: list[PlanVersionOut] = Field(description="The versions.")
