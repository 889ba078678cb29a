"""Selects the sections of an answer.

What search ranks first comes first. Most questions about a failure ask how to repair it: sections
of the same chapter that tell what to do come next, unless the question asks what something means.
Other sections follow if they match the question nearly as well.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from mara.agents.model.question_parts import best_of_each_part
from mara.agents.model.sections import section_path
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


def choose(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Return the best passage of each section to answer from, at most SECTIONS_MAX.

    ``hits`` are sorted by score. In place of a heading without text, the best passage below it is
    taken; the heading itself only if nothing below it was found. A section that answers another
    part of the question than the first one comes before those that merely match. If the first
    section is a row, its other pieces follow at the end, the best first.
    """
    best: dict[SectionKey, Hit] = {}
    for hit in hits:
        taken = _best_below(hit, hits) if hit.chunk.is_bare_heading else hit
        best.setdefault(_key(taken.chunk), taken)
    sections = list(best.values())
    least = OTHER_SECTION_SHARE * sections[0].score if sections else 0.0
    keys = [_key(hit.chunk) for hit in best_of_each_part(hits, question)]
    parts = [best[key] for key in dict.fromkeys(keys) if key in best]
    matching = [hit for hit in sections[1:SECTIONS_MAX] if hit.score >= least]
    chosen = list({hit.chunk.id: hit for hit in [*sections[:1], *parts, *matching]}.values())
    return [*chosen[:SECTIONS_MAX], *_pieces_of_row(sections[:1], hits)]


def _pieces_of_row(first: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return the other hits in the row of the first passage; none if it is in no row."""
    return [
        hit
        for lead in first
        for hit in hits
        if lead.chunk.place.row is not None
        and hit.chunk.id != lead.chunk.id
        and _key(hit.chunk) == _key(lead.chunk)
    ]


def asks_what_to_do(question: str) -> bool:
    """Whether sections that tell what to do are wanted: the question asks for no definition."""
    return DEFINITION.search(question) is None


def _best_below(heading: Hit, hits: Sequence[Hit]) -> Hit:
    """Return the best passage under the heading, or the heading itself."""
    document, path = heading.chunk.document_id, heading.chunk.place.headings
    below = (
        hit
        for hit in hits
        if hit.chunk.document_id == document
        and hit.chunk.place.headings[: len(path)] == path
        and not hit.chunk.is_bare_heading
    )
    return next(below, heading)


def _key(chunk: Chunk) -> SectionKey:
    place = chunk.place
    if place.row is None and not place.headings:
        return (chunk.document_id, (chunk.id,))
    return (chunk.document_id, section_path(place))
