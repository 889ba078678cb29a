"""The probability that the best passage answers the question.

Names and codes decide first: a section that the question names answers it, and one of another name,
or without the number asked for, does not. Otherwise the probability is a logistic regression over
the evidence: `python -m infra.quality` fits it on runbooks with their alerts and on XQuAD (CC BY-SA
4.0), every question with and without the document that answers it (decisions 0030 and 0046).
"""

import math

from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ANSWER_AT = 0.6
"""A lower confidence refuses. 10 % of XQuAD's questions without their paragraph are above it."""
NAMED, NOT_NAMED = 0.97, 0.03
EXACT = 0.9
"""The confidence in what names and codes decide: on alerts of runbooks that are titled with their
names, 98 % of the named ones are right, and 2 % of the refused ones would have been."""

PER_RANKING, PER_COVERAGE, PER_TITLE = 1.46, 3.05, 0.99
"""The fit gives 2.75 for the coverage, and an intercept that is 0.24 higher (decision 0046)."""
INTERCEPT, RUSSIAN_SHIFT = -7.72, 0.65
"""A Russian passage starts higher: inflection makes its matches weaker. The fit gives 0.53; this is
the highest at which few of all Russian questions without their paragraph are answered."""
IDENTIFIER_PENALTY = 0.1
"""Subtracted if the question is about an identifier that no title has: its document is usually
titled with it. Without a runbook, 12 % of the alerts of runbooks-gitlab are answered then."""
FOREIGN_PER_RANKING, FOREIGN_PER_COVERAGE, FOREIGN_INTERCEPT = 1.67, 8.01, -7.46
"""Coefficients if the question and the passage have different scripts."""


def confidence_of(evidence: Evidence | None, question: str, passage: str) -> float:
    """Return the probability that ``passage`` answers, 0..1; 0 without evidence."""
    if evidence is None:
        return 0.0
    if evidence.is_refuted:
        return NOT_NAMED
    if evidence.named:
        return NAMED
    if evidence.exact:
        return EXACT
    written_in_russian = is_russian(passage)
    # An identifier is spelled alike in all languages, whatever the words around it.
    if is_russian(question) != written_in_russian and not evidence.about_identifier:
        return _logistic(
            FOREIGN_INTERCEPT
            + FOREIGN_PER_RANKING * evidence.ranking
            + FOREIGN_PER_COVERAGE * evidence.coverage
        )
    return _logistic(
        INTERCEPT
        + RUSSIAN_SHIFT * written_in_russian
        + PER_RANKING * evidence.ranking
        + PER_COVERAGE * evidence.coverage
        + PER_TITLE * evidence.title
        - IDENTIFIER_PENALTY * evidence.about_identifier
    )


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
