"""The probability that the best passage answers the question.

Names and codes decide first: a section that the question names answers it, and one of another name,
or without the number asked for, does not. Otherwise the probability is a logistic regression over
the evidence. `python -m infra.quality` fits its coefficients on runbooks with their alerts and on
XQuAD (CC BY-SA 4.0), every question once with and once without the document that answers it,
chooses ANSWER_AT, and prints what they achieve on each set that was left out of the fit.
"""

import math

from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ANSWER_AT = 0.57
"""With a lower confidence a question is refused. At this one, 10 % of the questions of XQuAD whose
paragraph is missing are answered."""
NAMED, NOT_NAMED = 0.97, 0.03
EXACT = 0.9
"""The confidence in what names and codes decide: on alerts of runbooks that are titled with their
names, 98 % of the named ones are right, and 2 % of the refused ones would have been."""

PER_RANKING, PER_COVERAGE, PER_TITLE = 2.05, 2.91, 0.60
INTERCEPT, RUSSIAN_SHIFT = -7.34, 0.58
"""A Russian passage starts higher: inflection makes its matches weaker."""
FOREIGN_PER_RANKING, FOREIGN_PER_COVERAGE, FOREIGN_INTERCEPT = 2.41, 8.06, -7.33
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
    )


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
