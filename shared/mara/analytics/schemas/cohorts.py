"""Cohorts on the wire."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import BaseModel, Field

from mara.analytics.model.cohorts import Cohort


class CohortMonthOut(BaseModel):
    """A month of a cohort."""

    month: str = Field(description="The month.", examples=["2026-03"])
    number: int = Field(description="0 for the month of the cohort itself.", examples=[2])
    users_with_mrr: int = Field(
        description="Users of the cohort with MRR at the end of the month.", examples=[34]
    )
    share: float | None = Field(
        description="`users_with_mrr` / users of the cohort.", examples=[0.85]
    )


class CohortOut(BaseModel):
    """The users whose first paid period began in a month."""

    cohort: str = Field(description="The month, UTC.", examples=["2026-01"])
    users: int = Field(description="How many they are.", examples=[40])
    months: list[CohortMonthOut] = Field(
        description="Each month that ended by the end of the range."
    )

    @classmethod
    def of(cls, cohort: Cohort) -> Self:
        """Convert from the domain model."""
        return cls(
            cohort=f"{cohort.month:%Y-%m}",
            users=cohort.users,
            months=[
                CohortMonthOut(
                    month=f"{one.month:%Y-%m}",
                    number=one.number,
                    users_with_mrr=one.users,
                    share=one.share,
                )
                for one in cohort.months
            ],
        )


class CohortListOut(BaseModel):
    """Cohorts, the oldest first."""

    items: list[CohortOut] = Field(description="The cohorts.")

    @classmethod
    def of(cls, cohorts: Sequence[Cohort]) -> Self:
        """Convert from the domain model."""
        return cls(items=[CohortOut.of(cohort) for cohort in cohorts])

    def rows(self) -> Iterator[list[str]]:
        """A row of CSV for each month of each cohort, with the columns ``COHORT_COLUMNS``."""
        for cohort in self.items:
            for one in cohort.months:
                share = "" if one.share is None else str(one.share)
                figures = [one.month, str(one.number), str(one.users_with_mrr), share]
                yield [cohort.cohort, str(cohort.users), *figures]


COHORT_COLUMNS = ("cohort", "users", "month", "number", "users_with_mrr", "share")
