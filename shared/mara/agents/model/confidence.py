"""The probability that the best passage answers the question.

Names and codes decide first: a section that the question names answers it, and one of another name,
or without the number asked for, does not. Otherwise the probability is a logistic regression over
the evidence. `python -m infra.quality` fits its coefficients on runbooks with their alerts and on
XQuAD (CC BY-SA 4.0), every question once with and once without the document that answers it, and
prints what they achieve on each set that was left out of the fit.
"""

import math

from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ANSWER_AT = 0.56
"""With a lower confidence a question is refused. At this one, about 8 % of the questions of XQuAD
whose paragraph is missing are answered."""
NAMED, NOT_NAMED = 0.97, 0.03
EXACT = 0.9
"""The confidence in what names and codes decide: on alerts of runbooks that are titled with their
names, 98 % of the named ones are right, and 2 % of the refused ones would have been."""

PER_RANKING, PER_COVERAGE, PER_MEANING = 2.10, 1.64, 1.97
INTERCEPT, INTERCEPT_RUSSIAN = -7.24, -6.77
"""Russian starts 0.4 higher than fitted: its inflection makes matches weaker. At one threshold, as
many of its questions without their paragraph are answered as of English ones."""
UNNAMED = 0.7
"""Subtracted where the question is about an identifier that no title has: its document, if there is
one, is usually titled with it. Chosen on runbooks-gitlab, whose titles are none (decision 0030)."""
FOREIGN_PER_RANKING, FOREIGN_PER_MEANING, FOREIGN_INTERCEPT = 2.33, 8.01, -6.88
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
    asked_in_russian = is_russian(question)
    if asked_in_russian != is_russian(passage):
        return _logistic(
            FOREIGN_INTERCEPT
            + FOREIGN_PER_RANKING * evidence.ranking
            + FOREIGN_PER_MEANING * evidence.semantic_coverage
            - UNNAMED * evidence.unnamed
        )
    return _logistic(
        (INTERCEPT_RUSSIAN if asked_in_russian else INTERCEPT)
        + PER_RANKING * evidence.ranking
        + PER_COVERAGE * evidence.coverage
        + PER_MEANING * evidence.semantic_coverage
        - UNNAMED * evidence.unnamed
    )


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
