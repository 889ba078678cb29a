"""How likely it is that the best passage found answers the question.

Logistic curves over the evidence, fitted on XQuAD (CC BY-SA 4.0): every question against half of
the 240 paragraphs, with and without the one that answers. Russian bends its words and finds fewer
of them, so it starts higher; across languages words say nothing, and the meaning decides alone.
"""

import math
from collections.abc import Sequence

from mara.agents.model.language import is_russian
from mara.search.model import Evidence

ANSWER_AT = 0.5
"""Below this, "not in your documents" is the better answer."""

PER_PAIRS, PER_NAMES, PER_LIKENESS, PER_SENTENCE, PER_PASSAGE = 1.71, 1.04, 7.10, 3.21, 6.20
INTERCEPT_RUSSIAN, INTERCEPT = -8.87, -9.28
FOREIGN_PER_MEANING, FOREIGN_PER_COSINE, FOREIGN_INTERCEPT = 7.13, 4.05, -4.26
"""Of a question in another script than the passage."""


def confidence_of(evidence: Sequence[Evidence], question: str, passage: str) -> float:
    """0..1, by the most convincing of the evidence; nothing is no evidence."""
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
