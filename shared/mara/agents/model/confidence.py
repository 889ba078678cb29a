"""The probability that the best passage answers the question.

A logistic regression over the evidence, fitted on XQuAD (CC BY-SA 4.0): each question is searched
in half of the 240 paragraphs, once with and once without the paragraph that answers it. Russian
has a higher intercept because its inflection makes word matches rarer. If the question and the
passage have different scripts, hardly any words match: the result of a second regression, over the
semantic features alone, is then used if it is higher.
"""

import math
from collections.abc import Sequence

from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ANSWER_AT = 0.5
"""With a lower confidence a question is refused."""

PER_PAIRS, PER_NAMES, PER_LIKENESS, PER_SENTENCE, PER_PASSAGE = 1.71, 1.04, 7.10, 3.21, 6.20
INTERCEPT_RUSSIAN, INTERCEPT = -8.87, -9.28
FOREIGN_PER_MEANING, FOREIGN_PER_COSINE, FOREIGN_INTERCEPT = 7.13, 4.05, -4.26
"""Coefficients if the question and the passage have different scripts."""


def confidence_of(evidence: Sequence[Evidence], question: str, passage: str) -> float:
    """Return the highest probability of all parts of the evidence, 0..1; 0 without evidence."""
    asked_in_russian = is_russian(question)
    foreign = asked_in_russian != is_russian(passage)
    intercept = INTERCEPT_RUSSIAN if asked_in_russian else INTERCEPT
    return max((_confidence(part, intercept, foreign=foreign) for part in evidence), default=0.0)


def _confidence(evidence: Evidence, intercept: float, *, foreign: bool) -> float:
    same = _logistic(
        intercept
        + PER_PAIRS * evidence.bigram_coverage
        + PER_NAMES * evidence.name_coverage
        + PER_LIKENESS * evidence.sentence_similarity
        + PER_SENTENCE * evidence.sentence_coverage
        + PER_PASSAGE * evidence.passage_coverage
    )
    if not foreign:
        return same
    meaning = (
        FOREIGN_PER_MEANING * evidence.semantic_coverage + FOREIGN_PER_COSINE * evidence.cosine
    )
    return max(same, _logistic(FOREIGN_INTERCEPT + meaning))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
