"""Selects and orders the passages of an answer: mainly those of the best section.

A question about a failure is usually about its repair. Within the best section, passages under
headings such as "Mitigation" therefore come first, unless the question asks for a meaning.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.extraction.model import Place
from mara.search.model import Hit

PASSAGES_OF_BEST_SECTION_MAX = 3
OTHER_SECTION_SHARE = 0.75
"""Another section is cited if its best passage has at least this share of the best one's score."""

SECTION_DISCOUNT = 0.8
"""The weight of a passage of a section, relative to the passage before it."""
SECTION_DEPTH = 3
"""The number of passages that count for the score of a section."""

REACTION = re.compile(
    r"mitigat|diagnos|resol|remed|troubleshoot|fix|solution|recover|procedure|steps|action"
    r"|what to do|how to|runbook"
    r"|устран|диагност|решени|действи|что делать|исправлени|восстановлени|порядок|шаги|инструкци",
    re.IGNORECASE,
)
MEANING = re.compile(
    r"\b(?:what (?:is|are|does)|mean|means|meaning|why|impact|что такое|что значит|что означает"
    r"|почему|зачем|смысл|последстви\w*)\b",
    re.IGNORECASE,
)

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
    def worth_citing(self) -> list[Hit]:
        """The hits without those that are only a heading, unless there are no others."""
        return [hit for hit in self.hits if not _is_a_heading_alone(hit)] or self.hits


def choose(hits: Sequence[Hit], question: str, limit: int) -> list[Hit]:
    """Return at most ``limit`` passages in the order of citation. ``hits`` are sorted by score."""
    if not hits:
        return []
    sections = sorted(_sections(hits), key=lambda found: -found.score)
    best = sections[0].worth_citing
    chosen = _in_order_of_use(best, question)[:PASSAGES_OF_BEST_SECTION_MAX]
    least = OTHER_SECTION_SHARE * best[0].score
    others = [found.worth_citing[0] for found in sections[1:]]
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


def _in_order_of_use(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Move hits under headings about a reaction to the front; the sort is stable."""
    if MEANING.search(question):
        return list(hits)
    return sorted(hits, key=lambda hit: not _tells_what_to_do(hit.chunk.place))


def _tells_what_to_do(place: Place) -> bool:
    return bool(place.headings) and REACTION.search(place.headings[-1]) is not None


def _is_a_heading_alone(hit: Hit) -> bool:
    return hit.chunk.place.headings[-1:] == (hit.chunk.text.strip(),)
