"""Sentence windows of a chunk: what is embedded besides the chunk as a whole.

The embedding of a paragraph averages its sentences; a sentence that answers a question is closer to
it when it is embedded by itself.
"""

import re

from mara.search.model import Chunk

WINDOW_CHARACTERS_MIN = 40
"""A shorter sentence is merged with the next one: "See below." means nothing by itself."""

WINDOWS_MAX = 12
"""Of one chunk; in a chunk with more sentences the windows are larger."""

_USUAL_SHEET = re.compile(r"(?:sheet|worksheet|лист|tabelle|feuil|hoja)\s*\d*", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^a-zа-яё])|\n+")


def passages_to_embed(chunk: Chunk, filename: str) -> list[str]:
    """The texts to embed: the chunk with its file name and headings, then its windows.

    The index stores one vector for each, all of the same chunk.
    """
    found = windows(chunk.text)
    return [titled_text(chunk, filename), *(found if len(found) > 1 else [])]


def titled_text(chunk: Chunk, filename: str) -> str:
    """The text after its title, which is what a model reads of a chunk."""
    title = title_of(chunk, filename)
    return f"{title}. {chunk.text}" if title else chunk.text


def title_of(chunk: Chunk, filename: str) -> str:
    """The file name without extension, the sheet and the headings, joined: a searched field."""
    return " / ".join(titles_of(chunk, filename))


def titles_of(chunk: Chunk, filename: str) -> list[str]:
    """The parts of the title: of the file, the sheet and the headings.

    A file name without letters, such as ``0012``, is not a title, nor is the name that a program
    gives to a sheet.
    """
    stem = filename.rsplit(".", 1)[0]
    named = [stem] if any(character.isalpha() for character in stem) else []
    sheet = chunk.place.sheet
    if sheet is not None and not _USUAL_SHEET.fullmatch(sheet):
        named.append(sheet)
    return [*named, *chunk.place.headings]


def windows(text: str) -> list[str]:
    """The sentences in order, short ones merged; together they contain the whole text."""
    sentences = [s.strip() for s in SENTENCE_END.split(text) if s.strip()]
    size = max(WINDOW_CHARACTERS_MIN, len(text) // WINDOWS_MAX)
    joined: list[str] = []
    for sentence in sentences:
        if joined and len(joined[-1]) < size:
            joined[-1] += " " + sentence
        else:
            joined.append(sentence)
    return joined
