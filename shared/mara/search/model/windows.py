"""What of a chunk is embedded: the whole under its headings, and each sentence or two by itself.

A sentence that answers stands out by itself and drowns in the average of its paragraph.
"""

import re

from mara.search.model import Chunk

WINDOW_CHARACTERS_MIN = 40
"""A shorter sentence joins the next one: "See below." has no meaning of its own."""

WINDOWS_MAX = 12
"""Of one chunk, the whole not counted; a chunk with more sentences has them in larger windows."""

SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^a-zа-яё])|\n+")


def passages_to_embed(chunk: Chunk, filename: str) -> list[str]:
    """The whole chunk under its file name and headings first, then its windows.

    Give the index one vector for each, all with the same chunk.
    """
    title = title_of(chunk, filename)
    found = windows(chunk.text)
    whole = f"{title}. {chunk.text}" if title else chunk.text
    return [whole, *(found if len(found) > 1 else [])]


def title_of(chunk: Chunk, filename: str) -> str:
    """The file's name without its ending, and the headings: searched like the text itself."""
    return " / ".join(titles_of(chunk, filename))


def titles_of(chunk: Chunk, filename: str) -> list[str]:
    """A file's name without a letter, such as ``0012``, is a number and no title."""
    stem = filename.rsplit(".", 1)[0]
    named = [stem] if any(character.isalpha() for character in stem) else []
    return [*named, *chunk.place.headings]


def windows(text: str) -> list[str]:
    """Sentences in order, short ones joined, none lost."""
    sentences = [s.strip() for s in SENTENCE_END.split(text) if s.strip()]
    size = max(WINDOW_CHARACTERS_MIN, len(text) // WINDOWS_MAX)
    joined: list[str] = []
    for sentence in sentences:
        if joined and len(joined[-1]) < size:
            joined[-1] += " " + sentence
        else:
            joined.append(sentence)
    return joined
