"""Plans and their versions on the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.config import JsonDict

from mara.billing.model.plan import CODE, Plan, PlanVersion, Visibility
from mara.billing.schemas.plan_terms import EXAMPLE, PlanTermsBody, TermsOut
from mara.billing.service.plans import PlanDraft

Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
NAMES: JsonDict = {"ru": "Команда", "en": "Team"}


class PlanNames(BaseModel):
    """The name of a plan in each language."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [NAMES]})

    ru: Name = Field(description="Name in Russian.", examples=["Команда"])
    en: Name = Field(description="Name in English.", examples=["Team"])


class PlanChangeIn(BaseModel):
    """A plan after a change; terms that differ from the present ones make a new version."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"names": NAMES, "visibility": "public", "terms": EXAMPLE}]
        },
    )

    names: PlanNames = Field(description="Name of the plan by language.")
    visibility: Visibility = Field(
        default=Visibility.PUBLIC,
        description="Who can subscribe: everyone, users who know the code, or no further user.",
        examples=["public"],
    )
    terms: PlanTermsBody = Field(description="What it costs and contains.")


class PlanIn(PlanChangeIn):
    """A new plan."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "code": "business",
                    "names": {"ru": "Бизнес", "en": "Business"},
                    "visibility": "public",
                    "terms": {"price": "99", "interval": {"unit": "month"}},
                },
                {"code": "team", "names": NAMES, "visibility": "public", "terms": EXAMPLE},
            ]
        },
    )

    code: Annotated[str, StringConstraints(pattern=f"^{CODE.pattern}$")] = Field(
        description="Unique code by which users subscribe.", examples=["team"]
    )

    def to_draft(self) -> PlanDraft:
        """Convert to the domain model. Raises InvalidPlan."""
        return PlanDraft(
            code=self.code,
            names=self.names.model_dump(),
            visibility=self.visibility,
            terms=self.terms.to_terms(),
        )


class PlanVersionOut(BaseModel):
    """A version of a plan, which never changes."""

    id: UUID = Field(description="Id of the version.")
    number: int = Field(description="Counts the versions of the plan from 1.", examples=[1])
    terms: TermsOut = Field(description="What it costs and contains.")
    created_at: datetime = Field(description="Since when it is sold.")

    @classmethod
    def of(cls, version: PlanVersion) -> Self:
        """Convert from the domain model."""
        return cls(
            id=version.id,
            number=version.number,
            terms=TermsOut.of(version.terms),
            created_at=version.created_at,
        )


class PlanOut(BaseModel):
    """A plan with the version that is sold."""

    id: UUID = Field(description="Id of the plan.")
    code: str = Field(description="Code by which users subscribe.", examples=["team"])
    names: dict[str, str] = Field(description="Name of the plan by language.", examples=[NAMES])
    visibility: Visibility = Field(description="Who can subscribe.", examples=["public"])
    is_default: bool = Field(description="Whether it holds for users without a subscription.")
    version: PlanVersionOut = Field(description="The version that is sold.")

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Convert from the domain model."""
        return cls(
            id=plan.id,
            code=plan.code,
            names=dict(plan.names),
            visibility=plan.visibility,
            is_default=plan.is_default,
            version=PlanVersionOut.of(plan.current),
        )


class PlanListOut(BaseModel):
    """The plans that are sold to everyone, the cheapest first."""

    items: list[PlanOut] = Field(description="The plans.")


class PlanVersionListOut(BaseModel):
    """All versions of a plan, newest first."""

    items: list[PlanVersionOut] = Field(description="The versions.")
