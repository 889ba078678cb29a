"""One ranking out of two legs that measure different things.

Scores are fused, not ranks: each leg's score counts in standard deviations from that leg's mean
over all chunks searched, so a leg that is sure outweighs one that wavers, and one that has nothing
to say (no shared words, no spread) says nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.documents.model import SearchMode

COVERAGE_SILENT = 0.05
COVERAGE_TRUSTED = 0.30
"""Of the question's weight in words, the share the best chunk must hold for words to count fully:
a question in another language shares a number or a name with some chunk, and that says little."""


@dataclass(frozen=True, slots=True)
class LegScores:
    """What the legs say of one chunk. ``coverage``: the share of the query's term weight in it."""

    chunk_id: UUID
    lexical: float | None
    coverage: float
    semantic: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    legs: LegScores
    score: float


def fuse(found: Sequence[LegScores], mode: SearchMode) -> list[Ranked]:
    """Best first. The order does not depend on how many are wanted: a higher limit only adds."""
    if mode is SearchMode.LEXICAL:
        ranked = [Ranked(legs, legs.lexical) for legs in found if legs.lexical is not None]
    elif mode is SearchMode.SEMANTIC:
        ranked = [Ranked(legs, legs.semantic) for legs in found if legs.semantic is not None]
    else:
        ranked = _sum_of_z_scores(found)
    return sorted(ranked, key=lambda hit: (-hit.score, hit.legs.chunk_id))


def _sum_of_z_scores(found: Sequence[LegScores]) -> list[Ranked]:
    lexical = _z_scores([legs.lexical or 0.0 for legs in found])
    semantic = _z_scores([legs.semantic or 0.0 for legs in found])
    trust = _trust(max((legs.coverage for legs in found), default=0.0))
    return [
        Ranked(legs, trust * words + sense)
        for legs, words, sense in zip(found, lexical, semantic, strict=True)
    ]


def _trust(coverage: float) -> float:
    share = (coverage - COVERAGE_SILENT) / (COVERAGE_TRUSTED - COVERAGE_SILENT)
    return min(1.0, max(0.0, share))


def _z_scores(scores: Sequence[float]) -> list[float]:
    if not scores:
        return []
    mean = math.fsum(scores) / len(scores)
    deviation = math.sqrt(math.fsum((s - mean) ** 2 for s in scores) / len(scores))
    if deviation < 1e-9:  # noqa: PLR2004 - nothing but rounding differs
        return [0.0] * len(scores)
    return [(s - mean) / deviation for s in scores]
