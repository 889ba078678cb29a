"""Splits extracted blocks into chunks that can be embedded as a whole and quoted.

A chunk has one place (heading, page, row); its text is verbatim, and no text is left out.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from uuid import UUID

from mara.extraction.model import Block
from mara.search.model import Chunk

TARGET_TOKENS = 180
"""The usual length of a chunk: about 130 English words, the length of a short section."""

SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n")
WORD = re.compile(r"\S+\s*")

CountTokens = Callable[[str], int]


def chunk(
    document_id: UUID, blocks: Iterable[Block], count_tokens: CountTokens, tokens_max: int
) -> list[Chunk]:
    """Return chunks of about TARGET_TOKENS and at most ``tokens_max`` tokens, in reading order."""
    target = min(TARGET_TOKENS, tokens_max)
    passages = (
        (place, text)
        for place, group in groupby(blocks, key=lambda block: block.place)
        for text in _pack((block.text for block in group), count_tokens, target, tokens_max)
    )
    return [
        Chunk(Chunk.id_for(document_id, ordinal), document_id, ordinal, text, place)
        for ordinal, (place, text) in enumerate(passages)
    ]


def _pack(
    texts: Iterable[str], count_tokens: CountTokens, target: int, tokens_max: int
) -> Iterator[str]:
    """Merge adjacent texts up to the target, split texts longer than the maximum."""
    packed, size = "", 0
    for text in texts:
        for piece in _split(text, count_tokens, tokens_max):
            tokens = count_tokens(piece)
            if packed and size + tokens > target:
                yield packed
                packed, size = "", 0
            packed = f"{packed}\n{piece}" if packed else piece
            size += tokens
    if packed:
        yield packed


def _split(text: str, count_tokens: CountTokens, tokens_max: int) -> Iterator[str]:
    """Yield the text, or its pieces: split by sentences and lines, by words, or by characters."""
    # A token has at least one character, so a short text need not be counted.
    if len(text) <= tokens_max or count_tokens(text) <= tokens_max:
        yield text
        return
    for pattern in (SENTENCE, None):
        parts = _parts(text, pattern)
        if len(parts) > 1:
            yield from _gather(parts, count_tokens, tokens_max)
            return
    middle = len(text) // 2
    yield from _split(text[:middle], count_tokens, tokens_max)
    yield from _split(text[middle:], count_tokens, tokens_max)


def _parts(text: str, pattern: re.Pattern[str] | None) -> list[str]:
    """Split the text into pieces whose concatenation is the text."""
    if pattern is None:
        return WORD.findall(text)
    ends = [match.end() for match in pattern.finditer(text)]
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if a < b]


def _gather(parts: list[str], count_tokens: CountTokens, tokens_max: int) -> Iterator[str]:
    piece, size = "", 0
    for part in parts:
        tokens = count_tokens(part)
        # The sum of the parts' counts is enough: concatenation adds at most the separator.
        if piece and size + tokens + 1 > tokens_max:
            yield piece.strip("\n")
            piece, size = "", 0
        if tokens > tokens_max:
            yield from _split(part.strip(), count_tokens, tokens_max)
            continue
        piece += part
        size += tokens
    if piece.strip():
        yield piece.strip("\n")
