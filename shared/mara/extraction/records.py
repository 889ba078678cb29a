"""The format in which the worker returns blocks: columnar records of up to BLOCKS_AT_ONCE blocks.

A record is a line of JSON, ``[size, pages, sheets, rows, headings]``, followed by ``size`` bytes:
the texts in UTF-8, separated by zero bytes, which no text contains. The last line of the file is a
JSON object with the outcome. Columns keep the cost per block small for sheets of 100 000 rows.
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
"""The encoded record, its number of blocks, and its number of characters."""


def records_of(blocks: Iterable[Block]) -> Iterator[Record]:
    """Encode blocks as records."""
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
    """Encode columns as a record, without blocks that have no text."""
    # PostgreSQL text cannot contain zero bytes.
    texts = [text.replace("\x00", "").strip("\n").rstrip() for text in columns[0]]
    places: Sequence[Sequence[object]] = columns[1:]
    if not all(texts):
        places = [list(compress(column, texts)) for column in places]
        texts = list(filter(None, texts))
    # Lone surrogates, which a broken file may contain, cannot be encoded.
    text = "\x00".join(texts).encode(errors="replace")
    return line([len(text), *places]) + text, len(texts), sum(map(len, texts))


def line(content: object) -> bytes:
    """Encode a line of JSON."""
    return _encode(content).encode(errors="replace") + b"\n"


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read_records(file: IO[bytes]) -> tuple[list[Block], dict[str, Any]]:
    """The blocks and the outcome. Raises ValueError for an incomplete file."""
    blocks: list[Block] = []
    while isinstance(record := json.loads(file.readline()), list):
        size, *places, headings = record
        texts = file.read(size).decode().split("\x00")
        where = map(Place, *places, map(tuple, headings))
        blocks += [Block(text, place) for text, place in zip(texts, where, strict=True)]
    return blocks, record
