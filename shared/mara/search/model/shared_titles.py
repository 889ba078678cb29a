"""Titles that head several sections, such as the name of a company on each page of its handbook.

They tell what a document is about, and not which of its sections answers.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from mara.search.model import Chunk
from mara.search.model.windows import titles_of


def shared_titles(passages: Iterable[tuple[Chunk, str]]) -> Collection[str]:
    """The titles of more than one section, or of the only one.

    Each passage comes with its file name.
    """
    sections: dict[str, set[object]] = defaultdict(set)
    for chunk, filename in passages:
        place = chunk.place
        section = (chunk.document_id, place.sheet, place.row, tuple(place.headings))
        for title in titles_of(chunk, filename):
            sections[title].add(section)
    all_sections = set[object]().union(*sections.values())
    return {title for title, found in sections.items() if len(found) > 1 or found == all_sections}
