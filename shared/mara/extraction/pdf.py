"""PDF files: the visible text, under headings detected by font size.

Reads with pdfium, the fastest and most tolerant library, and falls back to pypdf where it fails.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.model import Block, Place
from mara.extraction.parallel import map_in_processes
from mara.extraction.pdf_hidden_text import hidden_objects, without
from mara.extraction.pdfium import address_of, character_at, font_size

HEADING_RATIO = 1.15
"""A line whose font is larger than the body font by this ratio is a heading."""
HEADING_LENGTH_MAX = 150

PAGES_PER_PROCESS_MIN = 8
"""Fewer pages take less time than a fork."""

Line = tuple[str, float]
"""Its text, and its font size in points."""


def read_pdf(path: Path) -> tuple[int, Iterator[Block]]:
    """The number of pages, and the blocks. Raises Unreadable: encrypted, too_large, needs_ocr."""
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error):
            detail = "The file is protected with a password: save it without."
            raise Unreadable("encrypted", detail) from error
        return _read_with_pypdf(path)
    if len(document) > limits.PAGES_MAX:
        raise Unreadable("too_large", f"At most {limits.PAGES_MAX} pages are read.")
    pages = _pages(path, document)
    if not any(pages):
        if any(_has_image(document, number) for number in range(len(document))):
            detail = "The pages are pictures: recognise their text (OCR) and upload that."
            raise Unreadable("needs_ocr", detail)
        return _read_with_pypdf(path)
    return len(document), _blocks(pages)


def _pages(path: Path, document: pdfium.PdfDocument) -> list[list[Line]]:
    def read(numbers: range) -> list[list[Line]]:
        opened = pdfium.PdfDocument(path)  # a fork shares its parent's offset in an open file
        return [_lines(opened, number) for number in numbers]

    shared = map_in_processes(read, len(document), at_least=PAGES_PER_PROCESS_MIN)
    if shared is not None:
        return shared
    return [_lines(document, number) for number in range(len(document))]


def _lines(document: pdfium.PdfDocument, number: int) -> list[Line]:
    try:
        page = document[number]
    except pdfium.PdfiumError:
        return []  # the other pages may be readable
    text_page = page.get_textpage()
    hidden = hidden_objects(page)
    text = text_page.get_text_range()
    handle = address_of(text_page.raw)
    lines: list[Line] = []
    position = 0
    # pdfium counts UTF-16 code units: a character outside the basic plane takes two.
    is_basic = text.isascii() or max(text) <= "\uffff"
    for line in text.split("\r\n"):
        length = len(line) if is_basic else len(line.encode("utf-16-le")) // 2
        if line.strip():
            start = character_at(handle, position)
            shown = without(text_page, start, length, hidden) if hidden else line
            size = font_size(handle, start)
            if shown.strip():
                lines.append((_clean(shown), round(size * 2) / 2))
        position += length + 2
    return lines


def _has_image(document: pdfium.PdfDocument, number: int) -> bool:
    try:
        page = document[number]
        return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    except pdfium.PdfiumError:
        return False


def _blocks(pages: list[list[Line]]) -> Iterator[Block]:
    """The lines between two headings of a page are a block; headings extend over pages."""
    body = _body_size(pages)
    levels = _heading_levels(pages, body)
    path: dict[int, str] = {}
    pending: list[str] = []  # headings without text under them yet
    for number, lines in enumerate(pages, 1):
        text: list[str] = []
        for line, size in lines:
            level = levels.get(size) if len(line) <= HEADING_LENGTH_MAX else None
            if level is None:
                pending.clear()
                text.append(line)
                continue
            if text:
                yield Block("\n".join(text), Place(page=number, headings=tuple(path.values())))
                text = []
            path = {depth: title for depth, title in path.items() if depth < level}
            path[level] = line.strip()
            pending.append(line)
        if text:
            yield Block("\n".join(text), Place(page=number, headings=tuple(path.values())))
        elif pending:
            place = Place(page=number, headings=tuple(path.values()))
            yield Block("\n".join(pending), place)
            pending.clear()


def _body_size(pages: list[list[Line]]) -> float:
    weights: Counter[float] = Counter()
    for lines in pages:
        for line, size in lines:
            weights[size] += len(line)
    return weights.most_common(1)[0][0]


def _heading_levels(pages: list[list[Line]], body: float) -> dict[float, int]:
    sizes = {size for lines in pages for _, size in lines if size > body * HEADING_RATIO}
    return {size: level for level, size in enumerate(sorted(sizes, reverse=True), 1)}


# pdfium's codes for a hyphen at the end of a line and for an unmapped glyph.
_MARKS = str.maketrans({"\ufffe": "-", "\x02": "-", "\x00": None})


def _clean(line: str) -> str:
    return (line if line.isprintable() else line.translate(_MARKS)).rstrip()


def _read_with_pypdf(path: Path) -> tuple[int, Iterator[Block]]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        detail = "The file is protected with a password: save it without."
        raise Unreadable("encrypted", detail)
    texts = [page.extract_text() for page in reader.pages]
    blocks = (Block(text, Place(page=number)) for number, text in enumerate(texts, 1))
    return len(texts), blocks
