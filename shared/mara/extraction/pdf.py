"""PDF files: the visible text, under headings detected by font size and table of contents.

Reads with pdfium, the fastest and most tolerant library, and falls back to pypdf where it fails.
"""

import ctypes
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
from pypdfium2 import raw

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.model import Block, Dropped, DroppedKind, Place
from mara.extraction.ocr import Recognition
from mara.extraction.parallel import map_in_processes
from mara.extraction.pdf_contents import listed_levels, with_listed_headings
from mara.extraction.pdf_edges import without_repeated
from mara.extraction.pdf_flow import flowing
from mara.extraction.pdf_forms import FormValues
from mara.extraction.pdf_line import Line
from mara.extraction.pdf_ocr import recognized
from mara.extraction.pdf_page import PageText, read_page
from mara.extraction.pdf_structure import count_broken, count_scripts
from mara.extraction.pdfium import address_of, count_objects
from mara.extraction.records import records_of

HEADING_RATIO = 1.15
"""A line whose font is larger than the body font by this ratio is a heading."""
HEADING_LENGTH_MAX = 150

PAGES_PER_PROCESS_MIN = 8
"""Fewer pages take less time than a fork."""

_PICTURES = "The pages are pictures: recognise their text (OCR) and upload that."
_FAILED = "The text of the pages could not be recognised (OCR): recognise it and upload that."
_NAMELESS = "The file does not tell which letters its text has: recognise it (OCR)."


def read_pdf(
    path: Path, dropped: Dropped | None = None, recognition: Recognition | None = None
) -> tuple[int, Iterator[Block]]:
    """The number of pages, and the blocks; counts what is ``dropped``.

    Pages without usable text are recognised if there is an engine. Raises Unreadable:
    encrypted, too_large, needs_ocr, no_text.
    """
    counts = Dropped() if dropped is None else dropped
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "password" in str(error):
            detail = "The file is protected with a password: save it without."
            raise Unreadable("encrypted", detail) from error
        counts.clear()  # pypdf looks for none of them
        return _read_with_pypdf(path)
    if len(document) > limits.PAGES_MAX:
        raise Unreadable("too_large", f"At most {limits.PAGES_MAX} pages are read.")
    read = recognized(document, _pages(path, document), recognition)
    pages = [lines for lines, _ in read]
    for _, left_out in read:
        counts.update({DroppedKind(kind): count for kind, count in left_out.items()})
    _count_beside_the_pages(document, counts)
    counts[DroppedKind.SCRIPTS] = max(counts[DroppedKind.SCRIPTS], count_scripts(path))
    nothing = [n for n, (lines, left_out) in enumerate(read) if not lines and not left_out]
    empty = [number for number in nothing if _is_blank(document, number)]
    counts[DroppedKind.DAMAGED_PAGES] += count_broken(path, empty)
    if not any(pages):
        if recognition is not None and counts[DroppedKind.UNRECOGNIZED_PAGES]:
            raise Unreadable("needs_ocr", _FAILED)
        if recognition is not None and recognition.pages:
            raise Unreadable("no_text", "No text was found in it.")
        if counts[DroppedKind.UNREADABLE_TEXT]:
            raise Unreadable("needs_ocr", _NAMELESS)
        if any(_has_image(document, number) for number in range(len(document))):
            raise Unreadable("needs_ocr", _PICTURES)
        return _read_with_pypdf(path)
    return len(document), _blocks(pages, counts)


def warm_up() -> None:
    """Read a page made here, so that pdfium loads its fonts: forks of this process inherit them."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(200, 200)
    text = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 12.0)
    letters = (ctypes.c_ushort * 3)(*b"ab")
    raw.FPDFText_SetText(text, letters)
    raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    read, _ = read_page(document, 0, None)
    list(records_of(_blocks([read], Dropped())))


def _pages(path: Path, document: pdfium.PdfDocument) -> list[PageText]:
    def read(numbers: range) -> list[PageText]:
        opened = pdfium.PdfDocument(path)  # a fork shares its parent's offset in an open file
        forms = FormValues.of(opened)
        return [read_page(opened, number, forms) for number in numbers]

    shared = map_in_processes(read, len(document), at_least=PAGES_PER_PROCESS_MIN)
    if shared is not None:
        return shared
    forms = FormValues.of(document)
    return [read_page(document, number, forms) for number in range(len(document))]


def _count_beside_the_pages(document: pdfium.PdfDocument, dropped: Dropped) -> None:
    for kind, count in (
        (DroppedKind.ATTACHMENTS, raw.FPDFDoc_GetAttachmentCount(document)),
        (DroppedKind.SCRIPTS, raw.FPDFDoc_GetJavaScriptActionCount(document)),
    ):
        if count > 0:
            dropped[kind] += count


def _is_blank(document: pdfium.PdfDocument, number: int) -> bool:
    page = document[number]
    return not bool(count_objects(address_of(page.raw)))


def _has_image(document: pdfium.PdfDocument, number: int) -> bool:
    try:
        page = document[number]
        return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    except pdfium.PdfiumError:
        return False


def _blocks(pages: list[list[Line]], dropped: Dropped) -> Iterator[Block]:
    """The lines between two headings of a page are a block; headings extend over pages."""
    body = _body_size(pages)
    pages = with_listed_headings(pages)
    levels = _heading_levels(pages, body)
    pages = flowing(without_repeated(pages, dropped, levels), levels)
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
    levels = {size: level for level, size in enumerate(sorted(sizes, reverse=True), 1)}
    return levels | listed_levels(pages, len(levels))


def _read_with_pypdf(path: Path) -> tuple[int, Iterator[Block]]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        detail = "The file is protected with a password: save it without."
        raise Unreadable("encrypted", detail)
    texts = [page.extract_text() for page in reader.pages]
    blocks = (Block(text, Place(page=number)) for number, text in enumerate(texts, 1))
    return len(texts), blocks
