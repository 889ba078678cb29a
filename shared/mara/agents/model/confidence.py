"""How likely it is that the passages found answer the question.

Two logistic curves over what the legs said of the best passages, fitted on XQuAD (CC BY-SA 4.0):
questions against 240 paragraphs with and without the one that answers. Across languages words say
nothing, so the meaning must decide alone, and it decides less sharply.
"""

import math
import re
from collections.abc import Sequence

from mara.documents.model import Hit

ANSWER_AT = 0.35
"""Below this, "not in your documents" is the better answer."""

INTERCEPT, PER_COSINE, PER_COVERAGE = -6.17, 5.33, 8.20
FOREIGN_INTERCEPT, FOREIGN_PER_COSINE = -5.0, 12.5
"""Of a question in another script than the passage."""

CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")


def confidence_in(hits: Sequence[Hit], question: str) -> float:
    """0..1, of the most convincing of ``hits``."""
    return max((_confidence(hit, question) for hit in hits), default=0.0)


def is_russian(text: str) -> bool:
    """More than a third of its letters are Cyrillic: identifiers are Latin in any language."""
    letters = len(LETTER.findall(text))
    return len(CYRILLIC.findall(text)) * 3 > letters


def _confidence(hit: Hit, question: str) -> float:
    cosine = hit.semantic or 0.0
    same = _logistic(INTERCEPT + PER_COSINE * cosine + PER_COVERAGE * hit.coverage)
    if is_russian(question) == is_russian(hit.chunk.text):
        return same
    return max(same, _logistic(FOREIGN_INTERCEPT + FOREIGN_PER_COSINE * cosine))


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
