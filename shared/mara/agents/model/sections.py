"""The passages of one section of a document, and the sections that tell what to do about it.

``chunks`` is always a part of one document in reading order that contains the passage in question.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise, takewhile

from mara.agents.model.continuation import runs_on
from mara.agents.model.headings import chapter_of, is_remedy, is_step
from mara.extraction.model import Place
from mara.search.model import Chunk


@dataclass(frozen=True, slots=True)
class Section:
    """The passages of a section in the order of citation, at least one."""

    chunks: Sequence[Chunk]


def section_path(place: Place) -> tuple[object, ...]:
    """Return what the passages of one section have in common, besides their document.

    A step belongs to the section of its steps, a row of a table is a section of its own.
    """
    if place.row is not None:
        return (place.sheet, place.row, *place.headings)
    path = place.headings
    while len(path) > 1 and is_step(path[-1]):
        path = path[:-1]
    return path


def section_of(chunk: Chunk, chunks: Sequence[Chunk]) -> Section:
    """Return the section of ``chunk``: the passage itself, what follows it, what precedes it."""
    before = [other for other in chunks if other.ordinal < chunk.ordinal]
    after = [other for other in chunks if other.ordinal > chunk.ordinal]
    if chunk.place.row is None and not chunk.place.headings:
        following = _connected([chunk, *after], runs_on)
        preceding = _connected([chunk, *before[::-1]], lambda a, b: runs_on(b, a))
    else:
        following = list(takewhile(_belongs_to(chunk.place), after))
        preceding = list(takewhile(_belongs_to(chunk.place), before[::-1]))
    found = [chunk, *following, *preceding[::-1]]
    return Section([other for other in found if not other.is_bare_heading] or [chunk])


def remedies_for(chunk: Chunk, chunks: Sequence[Chunk]) -> list[Section]:
    """Return the sections of the same chapter that tell what to do, in reading order.

    The section of ``chunk`` itself is not among them.
    """
    path = chunk.place.headings
    if not path or chunk.place.row is not None:
        return []
    chapter = chapter_of(path)
    depth = len(chapter)
    within = [
        other
        for other in _around(chunk, chunks, lambda place: place.headings[:depth] == chapter)
        if len(other.place.headings) > depth and other.place.row is None
    ]
    own = path[: depth + 1]
    sections = groupby(within, key=lambda other: other.place.headings[: depth + 1])
    found = [
        [other for other in part if not other.is_bare_heading]
        for heading, part in sections
        if heading != own and is_remedy(heading[-1], chapter)
    ]
    return [Section(part) for part in found if part]


def _around(
    chunk: Chunk, chunks: Sequence[Chunk], within: Callable[[Place], bool]
) -> Iterable[Chunk]:
    """Yield the passages next to ``chunk`` whose places are all ``within``, in reading order."""
    before = [other for other in chunks if other.ordinal < chunk.ordinal]
    yield from list(takewhile(lambda other: within(other.place), before[::-1]))[::-1]
    yield from takewhile(
        lambda other: within(other.place),
        (other for other in chunks if other.ordinal >= chunk.ordinal),
    )


def _belongs_to(place: Place) -> Callable[[Chunk], bool]:
    path = section_path(place)
    if place.row is not None:
        return lambda other: section_path(other.place) == path
    # The text under the title of a document precedes its chapters, and is no section of them.
    has_subsections = len(path) > 1 or is_remedy(str(path[0]))

    def belongs(other: Chunk) -> bool:
        headings = other.place.headings
        if other.place.row is not None or headings[: len(path)] != path:
            return False
        return len(headings) == len(path) or has_subsections or is_step(headings[len(path)])

    return belongs


def _connected(chunks: Sequence[Chunk], are_connected: Callable[[str, str], bool]) -> list[Chunk]:
    """Return the passages after the first, as long as each is connected with the one before it."""
    found: list[Chunk] = []
    for one, other in pairwise(chunks):
        if not are_connected(one.text, other.text):
            break
        found.append(other)
    return found
