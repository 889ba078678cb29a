"""Pages of a PDF without usable text: they are rendered and recognised, within limits."""

from collections import Counter
from collections.abc import Iterable, Sequence

import pypdfium2 as pdfium

from mara.extraction import limits
from mara.extraction.model import DroppedKind
from mara.extraction.ocr import OcrEngine, OcrFailed, Recognition
from mara.extraction.ocr_page import GOOD_CONFIDENCE, RecognizedPage, page_of
from mara.extraction.pdf_page import PageText
from mara.extraction.pdf_render import render

SIDES = (90, 180, 270)
USUAL_SIZE = 10.0
"""Of recognised lines, in points, if no page has text: they are no headings."""
_READ_BY_OCR = {DroppedKind.UNREADABLE_TEXT.value, DroppedKind.PICTURES.value}


def recognized(
    document: pdfium.PdfDocument, pages: Sequence[PageText], recognition: Recognition | None
) -> list[PageText]:
    """The pages; those without usable text have the lines that the engine recognised.

    The others of them are counted as unrecognised, all of them without an engine.
    """
    wanting = [number for number, page in enumerate(pages) if _wants_text(page)]
    if not wanting:
        return list(pages)
    found = recognize_pages(document, wanting, recognition.engine) if recognition else {}
    sizes = Counter(size for lines, _ in pages for _, size in lines)
    size = sizes.most_common(1)[0][0] if sizes else USUAL_SIZE
    read = list(pages)
    for number in wanting:
        lines, dropped = pages[number]
        page = found.get(number)
        if page is None or recognition is None:
            read[number] = (lines, {**dropped, DroppedKind.UNRECOGNIZED_PAGES.value: 1})
            continue
        recognition.pages[number + 1] = round(page.confidence, 3)
        left_out = {kind: n for kind, n in dropped.items() if kind not in _READ_BY_OCR}
        if page.noise:
            left_out[DroppedKind.UNREADABLE_TEXT.value] = page.noise
        read[number] = ([(line.text, size) for line in page.lines], left_out)
    return read


def _wants_text(page: PageText) -> bool:
    """Whether a page consists of pictures, or most of its lines are in letters without names."""
    lines, dropped = page
    if dropped.get(DroppedKind.UNREADABLE_TEXT.value, 0) > len(lines):
        return True
    return not lines and dropped.get(DroppedKind.PICTURES.value, 0) > 0


def recognize_pages(
    document: pdfium.PdfDocument, numbers: Iterable[int], engine: OcrEngine
) -> dict[int, RecognizedPage]:
    """The pages by their numbers, from 0; those on which the engine failed are missing.

    At most ``limits.OCR_PAGES_MAX`` are recognised, and only as long as this process has time.
    """
    found: dict[int, RecognizedPage] = {}
    failures = 0
    for number in list(numbers)[: limits.OCR_PAGES_MAX]:
        try:
            found[number] = _recognize(document[number], engine)
        except (OcrFailed, pdfium.PdfiumError):
            failures += 1
            # An engine that fails at once is missing or broken: the others would fail too.
            if failures > limits.OCR_FAILURES_MAX:
                break
    return found


def _recognize(page: pdfium.PdfPage, engine: OcrEngine) -> RecognizedPage:
    """The page, turned so that most is recognised. Raises OcrFailed."""
    best = page_of(engine.recognize(render(page), _seconds()))
    if best.is_good or not (best.lines or best.noise):
        return best
    for side in SIDES:
        try:
            other = page_of(engine.recognize(render(page, side), _seconds()))
        except OcrFailed:
            break  # no time: the first side stays
        if other.confidence >= GOOD_CONFIDENCE:
            best = max(best, other, key=lambda one: one.certain_characters)
    return best


def _seconds() -> float:
    """The time for a page. Raises OcrFailed if there is none."""
    left = limits.seconds_left() - limits.OCR_RESERVE_S
    if left <= 0:
        raise OcrFailed("no time is left")
    return min(left, limits.OCR_PAGE_S)
