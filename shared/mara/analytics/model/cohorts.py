"""Cohorts: users by the month of their first paid period, and how many stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mara.analytics.model.ratios import share
from mara.analytics.model.timeline import month_start


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """``users`` of the cohort had MRR at the end of ``month``, number ``number`` of the cohort."""

    month: date
    number: int
    users: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """The users whose first paid period began in ``month``."""

    month: date
    users: int
    months: Sequence[CohortMonth]


def build_cohort(month: date, users: int, staying: Mapping[date, int], last: date) -> Cohort:
    """The cohort with every month up to ``last``; ``staying`` counts users by month."""
    months, number = [], 0
    while (present := month_start(month, number)) <= last:
        stay = staying.get(present, 0)
        months.append(CohortMonth(present, number, stay, share(stay, users)))
        number += 1
    return Cohort(month, users, months)
