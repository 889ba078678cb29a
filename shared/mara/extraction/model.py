"""What a reader returns: blocks of text and their position in the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TXT = "txt"
    MD = "md"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands; ``page`` and ``row`` count from 1, ``headings`` run inwards."""

    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, code block or table row, verbatim as it stands in the file."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was read from one file, in reading order."""

    blocks: Sequence[Block]
    pages: int | None
    """Pages of a PDF, sheets of a workbook; ``None`` where the format has none."""
