"""How the child hands over what it read: many blocks at once, as a list for each of their fields.

A record is a line of JSON, the size of what follows it and the pages, sheets, rows and headings;
then that many bytes, the texts with a zero byte between them, which is in no text itself. The last
line is an object which tells how it ended. So a hundred thousand rows take no longer than a few.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from typing import IO, Any

from mara.extraction.model import Block, Place

BLOCKS_AT_ONCE = 4096

Columns = tuple[
    Sequence[str],
    Sequence[int | None],
    Sequence[str | None],
    Sequence[int | None],
    Sequence[Sequence[str]],
]
"""Texts, pages, sheets, rows, headings."""

Record = tuple[bytes, int, int]
"""And how many blocks and letters it has."""


def records_of(blocks: Iterable[Block]) -> Iterator[Record]:
    remaining = iter(blocks)
    while some := list(islice(remaining, BLOCKS_AT_ONCE)):
        places = [block.place for block in some]
        yield record_of(
            (
                [block.text for block in some],
                [place.page for place in places],
                [place.sheet for place in places],
                [place.row for place in places],
                [place.headings for place in places],
            )
        )


def record_of(columns: Columns) -> Record:
    """Of the blocks that have text in them."""
    # A zero byte, which PostgreSQL keeps in no text, is no letter either.
    texts = [text.replace("\x00", "").strip("\n").rstrip() for text in columns[0]]
    places: Sequence[Sequence[object]] = columns[1:]
    if not all(texts):
        places = [list(compress(column, texts)) for column in places]
        texts = list(filter(None, texts))
    # Lone surrogates, which a broken file may hold, cannot be stored anywhere.
    text = "\x00".join(texts).encode(errors="replace")
    return line([len(text), *places]) + text, len(texts), sum(map(len, texts))


def line(content: object) -> bytes:
    return _encode(content).encode(errors="replace") + b"\n"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read_records(file: IO[bytes]) -> tuple[list[Block], dict[str, Any]]:
    """The blocks, and how it ended. Raises ValueError where it did not."""
    blocks: list[Block] = []
    while isinstance(record := json.loads(file.readline()), list):
        size, *places, headings = record
        texts = file.read(size).decode().split("\x00")
        where = map(Place, *places, map(tuple, headings))
        blocks += [Block(text, place) for text, place in zip(texts, where, strict=True)]
    return blocks, record
