"""Arranges the passages of sections in the order of citation, up to a limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model.passages import SECTIONS_MAX
from mara.agents.model.sections import Section
from mara.search.model import Chunk


@dataclass(frozen=True, slots=True)
class Shown:
    """The passages of an answer in the order of citation.

    The sections of the passages ``cut``, the last that is shown of each, are longer than shown.
    """

    chunks: Sequence[Chunk]
    cut: frozenset[UUID]


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
