"""What a reader returns: blocks of text and their position in the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """The file formats that have a reader; the value is the usual file extension."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TXT = "txt"
    MD = "md"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a passage in its file.

    ``page`` and ``row`` count from 1; ``headings`` is the path of headings, outermost first.
    """

    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, code block or table row, verbatim."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of one file, in reading order."""

    blocks: Sequence[Block]
    pages: int | None
    """Pages of a PDF or sheets of a workbook; ``None`` for formats without pages."""
