"""Selects the sections of an answer, and the passages that it shows of them.

What search ranks first comes first. Most questions about a failure ask how to repair it: sections
of the same chapter that tell what to do come next, unless the question asks what something means.
Other sections follow if they match the question nearly as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model.sections import Section, is_bare_heading, section_path
from mara.search.model import Chunk, Hit

SECTIONS_MAX = 3
OTHER_SECTION_SHARE = 0.75
"""Another section is cited if its best passage has at least this share of the highest score."""

DEFINITION = re.compile(
    r"\b(?:what (?:is|are|does)|mean|means|meaning|why|impact|что такое|что значит|что означает"
    r"|почему|зачем|смысл|последстви\w*)\b",
    re.IGNORECASE,
)
"""Matches questions that ask what something means, or why it happens."""

SectionKey = tuple[UUID, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages of an answer in the order of citation.

    The sections of the passages ``cut``, the last that is shown of each, are longer than shown.
    """

    chunks: Sequence[Chunk]
    cut: frozenset[UUID]


def choose(hits: Sequence[Hit]) -> list[Hit]:
    """Return the best passage of each section to answer from, at most SECTIONS_MAX.

    ``hits`` are sorted by score. In place of a heading without text, the best passage below it is
    taken; the heading itself only if nothing below it was found.
    """
    best: dict[SectionKey, Hit] = {}
    for hit in hits:
        taken = _best_below(hit, hits) if is_bare_heading(hit.chunk) else hit
        best.setdefault(_key(taken.chunk), taken)
    chosen = list(best.values())[:SECTIONS_MAX]
    least = OTHER_SECTION_SHARE * chosen[0].score if chosen else 0.0
    return [*chosen[:1], *(hit for hit in chosen[1:] if hit.score >= least)]


def asks_what_to_do(question: str) -> bool:
    """Whether sections that tell what to do are wanted: the question asks for no definition."""
    return DEFINITION.search(question) is None


def arrange(
    first: Section, remedies: Sequence[Section], others: Sequence[Section], limit: int
) -> Shown:
    """Arrange at most ``limit`` passages of at most SECTIONS_MAX sections.

    The first section is shown whole, up to the limit, but leaves a passage to each of the
    ``remedies``; these are shown whole too, and what is left goes to the ``others``.
    """
    remedies = remedies[: min(SECTIONS_MAX - 1, limit - 1)]
    sections = [first, *remedies, *others][:SECTIONS_MAX]
    shown: list[Chunk] = []
    cut: set[UUID] = set()
    for number, section in enumerate(sections):
        reserved = max(0, len(remedies) - number)
        part = section.chunks[: max(0, limit - len(shown) - reserved)]
        if part and len(part) < len(section.chunks):
            cut.add(part[-1].id)
        shown += part
    return Shown(shown, frozenset(cut))


def _best_below(heading: Hit, hits: Sequence[Hit]) -> Hit:
    """Return the best passage under the heading, or the heading itself."""
    document, path = heading.chunk.document_id, heading.chunk.place.headings
    below = (
        hit
        for hit in hits
        if hit.chunk.document_id == document
        and hit.chunk.place.headings[: len(path)] == path
        and not is_bare_heading(hit.chunk)
    )
    return next(below, heading)


def _key(chunk: Chunk) -> SectionKey:
    place = chunk.place
    if place.row is None and not place.headings:
        return (chunk.document_id, (chunk.id,))
    return (chunk.document_id, section_path(place))
