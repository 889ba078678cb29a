"""What a reader returns: blocks of text and their position in the file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Format(StrEnum):
    """The file formats that have a reader; the value is the usual file extension."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    TXT = "txt"
    MD = "md"
    CSV = "csv"


class DroppedKind(StrEnum):
    """What a reader leaves out of a file's text, and counts; the values are published."""

    PICTURES = "pictures"
    CHARTS = "charts"
    COMMENTS = "comments"
    """Remarks, markings and stamps of readers; in a PDF also the text that they typed on a page."""
    FORMULAS = "formulas"
    """Their text; the value that was computed last is read."""
    UNCOMPUTED_FORMULAS = "uncomputed_formulas"
    """Formulas that no program has computed: the formula stands in place of the value."""
    HIDDEN_SHEETS = "hidden_sheets"
    HIDDEN_ROWS = "hidden_rows"
    """Rows with content, also those hidden by a filter or a group."""
    HIDDEN_COLUMNS = "hidden_columns"
    HIDDEN_TEXT = "hidden_text"
    """Text that a person who views the file does not see."""
    DELETED_TEXT = "deleted_text"
    """Tracked deletions."""
    FOOTNOTES = "footnotes"
    PAGE_HEADERS = "page_headers"
    PAGE_FOOTERS = "page_footers"
    FORM_FIELDS = "form_fields"
    """Values of a form that a person does not see: passwords and hidden fields."""
    SCRIPTS = "scripts"
    """JavaScript actions of a PDF: on opening it, of pages, fields and by name."""
    ATTACHMENTS = "attachments"
    FRONT_MATTER = "front_matter"
    REPEATED_HEADERS = "repeated_headers"
    """Rows of a table that repeat its header."""
    TEXT_BOXES = "text_boxes"
    """Text drawn over the cells of a sheet."""
    UNREADABLE_TEXT = "unreadable_text"
    """Lines whose font does not tell which letters they are; OCR can read them."""
    DAMAGED_PAGES = "damaged_pages"
    """Pages of a PDF that cannot be opened, or without anything on them since their contents are
    broken."""
    UNRECOGNIZED_PAGES = "unrecognized_pages"
    """Pages without usable text that OCR could read: it is off, failed, or reached a limit."""
    SYMBOLS = "symbols"
    """Characters of symbol fonts for which Unicode has none that is known here."""
    INVISIBLE_CHARACTERS = "invisible_characters"
    """Soft hyphens, zero-width characters and stress marks, which searching ignores."""


COUNTED: Mapping[Format, tuple[DroppedKind, ...]] = {
    Format.PDF: (
        DroppedKind.PICTURES,
        DroppedKind.HIDDEN_TEXT,
        DroppedKind.UNREADABLE_TEXT,
        DroppedKind.UNRECOGNIZED_PAGES,
        DroppedKind.DAMAGED_PAGES,
        DroppedKind.PAGE_HEADERS,
        DroppedKind.PAGE_FOOTERS,
        DroppedKind.COMMENTS,
        DroppedKind.FORM_FIELDS,
        DroppedKind.SCRIPTS,
        DroppedKind.ATTACHMENTS,
    ),
    Format.DOCX: (
        DroppedKind.PICTURES,
        DroppedKind.PAGE_HEADERS,
        DroppedKind.PAGE_FOOTERS,
        DroppedKind.CHARTS,
        DroppedKind.COMMENTS,
        DroppedKind.DELETED_TEXT,
        DroppedKind.HIDDEN_ROWS,
        DroppedKind.HIDDEN_TEXT,
        DroppedKind.SYMBOLS,
    ),
    Format.XLSX: (
        DroppedKind.FORMULAS,
        DroppedKind.UNCOMPUTED_FORMULAS,
        DroppedKind.CHARTS,
        DroppedKind.PICTURES,
        DroppedKind.TEXT_BOXES,
        DroppedKind.COMMENTS,
        DroppedKind.HIDDEN_SHEETS,
        DroppedKind.HIDDEN_ROWS,
        DroppedKind.HIDDEN_COLUMNS,
        DroppedKind.REPEATED_HEADERS,
    ),
    Format.MD: (DroppedKind.FRONT_MATTER, DroppedKind.COMMENTS, DroppedKind.PICTURES),
    Format.CSV: (),
    Format.TXT: (),
}
"""What the reader of each format looks for: it counts 0 of a kind that a file does not have."""

Dropped = Counter[DroppedKind]
"""Counts what a reader leaves out. It is complete when all blocks were read."""


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a passage in its file.

    ``page`` and ``row`` count from 1; ``headings`` is the path of headings, outermost first.
    """

    page: int | None = None
    sheet: str | None = None
    row: int | None = None
    headings: tuple[str, ...] = ()
    ocr: float | None = None
    """The mean confidence of the recognition, 0..1, if the page was a picture; else ``None``."""


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
    dropped: Mapping[DroppedKind, int] = field(default_factory=dict)
    """How often each kind was left out. A kind that is not in it was not looked for."""
    recognized: Mapping[int, float] = field(default_factory=dict)
    """The pages that were recognised by OCR, from 1, with their mean confidence, 0..1."""
