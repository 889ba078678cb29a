"""One ranking from two retrievers, lexical and semantic, whose scores are on different scales.

Scores are fused, not ranks: each score is standardised (z-score) by the mean and deviation of that
retriever's scores over all chunks searched. A retriever that clearly separates one chunk from the
rest outweighs one that does not; one without any deviation contributes nothing.
"""

from collections.abc import Iterable

from mara.search.model import IndexMatches, RankedCandidate, ScoreDistribution, SearchMode

COVERAGE_IGNORED = 0.05
COVERAGE_TRUSTED = 0.30
"""The coverage of the best chunk from which on lexical scores count in full; they count nothing
below COVERAGE_IGNORED. A question in another language shares a number or a name with some chunk,
which is no evidence."""
DEVIATION_MIN = 1e-9
"""Smaller deviations are rounding errors."""


def fuse(matches: IndexMatches, mode: SearchMode) -> list[RankedCandidate]:
    """Rank the candidates, best first; in HYBRID mode by ``trust · lexical z + semantic z``.

    The order does not depend on the number of hits wanted: a higher limit only appends.
    """
    candidates = matches.candidates
    if mode is SearchMode.LEXICAL:
        return by_score(RankedCandidate(c, c.lexical) for c in candidates if c.lexical is not None)
    if mode is SearchMode.SEMANTIC:
        return by_score(
            RankedCandidate(c, c.semantic) for c in candidates if c.semantic is not None
        )
    trust = _trust(max((c.coverage for c in candidates), default=0.0))
    fused = []
    for candidate in candidates:
        lexical = _z_score(candidate.lexical or 0.0, matches.lexical)
        semantic = _z_score(candidate.semantic or 0.0, matches.semantic)
        fused.append(RankedCandidate(candidate, trust * lexical + semantic, semantic))
    return by_score(fused)


def by_score(ranked: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    """Best first; ties are broken by the chunk's id, so that the order is deterministic."""
    return sorted(ranked, key=lambda hit: (-hit.score, hit.candidate.chunk.id))


def _trust(coverage: float) -> float:
    """0..1, linear between the two thresholds."""
    share = (coverage - COVERAGE_IGNORED) / (COVERAGE_TRUSTED - COVERAGE_IGNORED)
    return min(1.0, max(0.0, share))


def _z_score(score: float, distribution: ScoreDistribution) -> float:
    if distribution.deviation < DEVIATION_MIN:
        return 0.0
    return (score - distribution.mean) / distribution.deviation
