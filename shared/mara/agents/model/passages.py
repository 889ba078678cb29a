"""Selects and orders the passages of an answer: mainly those of the best section.

Most questions about a failure ask how to repair it. Within the best section, passages under
headings such as "Mitigation" therefore come first, unless the question asks what something means.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.extraction.model import Place
from mara.search.model import Hit

PASSAGES_OF_BEST_SECTION_MAX = 3
OTHER_SECTION_SHARE = 0.75
"""Another section is cited if its best passage has at least this share of the highest score."""

SECTION_DISCOUNT = 0.8
"""The weight of a passage of a section, relative to the passage before it."""
SECTION_DEPTH = 3
"""The number of passages that count for the score of a section."""

REMEDIATION = re.compile(
    r"mitigat|diagnos|resol|remed|troubleshoot|fix|solution|recover|procedure|steps|action"
    r"|what to do|how to|runbook"
    r"|устран|диагност|решени|действи|что делать|исправлени|восстановлени|порядок|шаги|инструкци",
    re.IGNORECASE,
)
"""Matches headings of passages that say what to do, in both languages."""
DEFINITION = re.compile(
    r"\b(?:what (?:is|are|does)|mean|means|meaning|why|impact|что такое|что значит|что означает"
    r"|почему|зачем|смысл|последстви\w*)\b",
    re.IGNORECASE,
)
"""Matches questions that ask what something means, or why it happens."""

SectionKey = tuple[UUID, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class _Section:
    hits: list[Hit]

    @property
    def score(self) -> float:
        """The weighted mean of the best passages: several matches outweigh a single one.

        Chunks of one place, which were split by length alone, count once, with the best score.
        """
        best: dict[Place, float] = {}
        for hit in self.hits:
            best.setdefault(hit.chunk.place, hit.score)
        weights = [SECTION_DISCOUNT**n for n in range(SECTION_DEPTH)]
        scored = list(zip(weights, best.values(), strict=False))
        return sum(w * score for w, score in scored) / sum(w for w, _ in scored)

    @property
    def citable(self) -> list[Hit]:
        """The hits that have text below their heading; all hits if none has."""
        return [hit for hit in self.hits if not _is_bare_heading(hit)] or self.hits


def choose(hits: Sequence[Hit], question: str, limit: int) -> list[Hit]:
    """Return at most ``limit`` passages in the order of citation. ``hits`` are sorted by score."""
    if not hits:
        return []
    sections = sorted(_sections(hits), key=lambda found: -found.score)
    best = sections[0].citable
    chosen = _remediation_first(best, question)[:PASSAGES_OF_BEST_SECTION_MAX]
    least = OTHER_SECTION_SHARE * best[0].score
    others = [found.citable[0] for found in sections[1:]]
    others = [hit for hit in others if hit.score >= least]
    return [*chosen, *others][:limit]


def _sections(hits: Sequence[Hit]) -> list[_Section]:
    parents = {(hit.chunk.document_id, hit.chunk.place.headings[:-1]) for hit in hits}
    # A heading is a section of its own if it, or a sibling heading, has subheadings.
    grand = {(document, path[:-1]) for document, path in parents if path}
    sections: dict[SectionKey, list[Hit]] = {}
    for hit in hits:
        document, path = hit.chunk.document_id, hit.chunk.place.headings
        own = (document, path) in parents or (document, path[:-1]) in grand
        key = _key(hit.chunk.place, own=own)
        sections.setdefault((document, key), []).append(hit)
    return [_Section(found) for found in sections.values()]


def _key(place: Place, *, own: bool) -> tuple[object, ...]:
    if place.row is not None:
        return (place.sheet, place.row)
    if not place.headings:
        return (place.page,)
    return place.headings if own or len(place.headings) == 1 else place.headings[:-1]


def _remediation_first(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Move hits under headings such as "Mitigation" to the front; the sort is stable."""
    if DEFINITION.search(question):
        return list(hits)
    return sorted(hits, key=lambda hit: not _is_remediation(hit.chunk.place))


def _is_remediation(place: Place) -> bool:
    return bool(place.headings) and REMEDIATION.search(place.headings[-1]) is not None


def _is_bare_heading(hit: Hit) -> bool:
    return hit.chunk.place.headings[-1:] == (hit.chunk.text.strip(),)
