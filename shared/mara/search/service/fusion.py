"""One ranking out of two legs that measure different things.

Scores are fused, not ranks: each leg's score counts in standard deviations from that leg's mean
over all chunks searched, so a leg that is sure outweighs one that wavers, and one that has nothing
to say (no shared words, no spread) says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from mara.search.model import Candidate, Found, SearchMode, Spread

COVERAGE_SILENT = 0.05
COVERAGE_TRUSTED = 0.30
"""Of the question's weight in words, the share the best chunk must hold for words to count fully:
a question in another language shares a number or a name with some chunk, and that says little."""
DEVIATION_MIN = 1e-9
"""Below it nothing but rounding differs."""


@dataclass(frozen=True, slots=True)
class Fused:
    """``meaning`` is the semantic leg's part, in standard deviations."""

    candidate: Candidate
    score: float
    meaning: float = 0.0


def fuse(found: Found, mode: SearchMode) -> list[Fused]:
    """Best first. The order does not depend on how many are wanted: a higher limit only adds."""
    candidates = found.candidates
    if mode is SearchMode.LEXICAL:
        return ordered(Fused(c, c.lexical) for c in candidates if c.lexical is not None)
    if mode is SearchMode.SEMANTIC:
        return ordered(Fused(c, c.semantic) for c in candidates if c.semantic is not None)
    trust = _trust(max((c.coverage for c in candidates), default=0.0))
    both = []
    for candidate in candidates:
        words = _z_score(candidate.lexical or 0.0, found.lexical)
        meaning = _z_score(candidate.semantic or 0.0, found.semantic)
        both.append(Fused(candidate, trust * words + meaning, meaning))
    return ordered(both)


def ordered(hits: Iterable[Fused]) -> list[Fused]:
    """Best first, equals in an order of their own."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.candidate.chunk.id))


def _trust(coverage: float) -> float:
    share = (coverage - COVERAGE_SILENT) / (COVERAGE_TRUSTED - COVERAGE_SILENT)
    return min(1.0, max(0.0, share))


def _z_score(score: float, spread: Spread) -> float:
    if spread.deviation < DEVIATION_MIN:
        return 0.0
    return (score - spread.mean) / spread.deviation
