"""The format in which the worker returns blocks: columnar records of up to BLOCKS_AT_ONCE blocks.

A record is a line of JSON, ``[size, pages, sheets, rows, headings]``, followed by ``size`` bytes:
the texts in UTF-8, separated by zero bytes, which no text contains. The last line of the file is a
JSON object with the outcome. Columns keep the cost per block small for sheets of 100 000 rows.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import compress, islice, repeat
from typing import IO, Any, TypeVar

from mara.extraction.model import Block, Place

BLOCKS_AT_ONCE = 4096

MadeT = TypeVar("MadeT")

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
        columns = [*places, list(map(tuple, headings)), [None] * len(headings)]
        blocks += _made(Block, [texts, _made(Place, columns)])
    return blocks, record


def _made(kind: type[MadeT], columns: Sequence[Sequence[Any]]) -> list[MadeT]:
    """Instances of a dataclass with slots; twice as fast as its constructor, which is in Python.

    Raises ValueError if the columns differ in their number or length.
    """
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    if len(names) != len(columns) or len({len(column) for column in columns}) != 1:
        raise ValueError("columns do not match")
    made = list(map(kind.__new__, repeat(kind, len(columns[0]))))
    for name, column in zip(names, columns, strict=True):
        deque(map(getattr(kind, name).__set__, made, column), maxlen=0)
    return made
