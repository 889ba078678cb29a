"""Text that goes on over the end of a line or a page of a PDF: divided words and sentences."""

import re
from collections.abc import Collection
from itertools import pairwise

from mara.extraction.pdf_line import Line
from mara.extraction.pdf_words import DIVISION, LINE_END_HYPHENS, Dictionary, marked

CONTINUATION_LINES_MAX = 10
"""Lines of the next page in which a sentence must end, to be read with its beginning."""

_SENTENCE_END = re.compile(r"[.!?…][\"'»”)\]]*(?=\s|$)")
_COMPLETE = re.compile(r"[.!?…:;][\"'»”)\]]*\s*$")
_OPENING = "\"'«“(["


def flowing(pages: list[list[Line]], headings: Collection[float]) -> list[list[Line]]:
    """The pages with each sentence where it begins, and with whole words."""
    for page, following in pairwise(pages):
        _continue(page, following, headings)
    if not any(_divides(text) for lines in pages for text, _ in lines):
        return pages
    pages = [_with_marks(lines) for lines in pages]
    words = Dictionary(text for lines in pages for text, _ in lines)
    return [
        [(words.joined(text) if DIVISION in text else text, size) for text, size in lines]
        for lines in pages
    ]


def _continue(page: list[Line], following: list[Line], headings: Collection[float]) -> None:
    """Move the rest of the page's last sentence to it from the page that follows."""
    if not page or not following:
        return
    (last, size), (first, first_size) = page[-1], following[0]
    if size in headings or first_size in headings or _COMPLETE.search(last):
        return
    if not first.lstrip(_OPENING)[:1].islower():
        return
    for count, (text, _) in enumerate(following[:CONTINUATION_LINES_MAX], 1):
        end = _SENTENCE_END.search(text)
        if end is None:
            continue
        rest = text[end.end() :].strip()
        page += [*following[: count - 1], (text[: end.end()], following[count - 1][1])]
        following[:count] = [(rest, following[count - 1][1])] if rest else []
        return


def _divides(text: str) -> bool:
    return DIVISION in text or text[-1] in LINE_END_HYPHENS


def _with_marks(lines: list[Line]) -> list[Line]:
    """The lines, those joined that divide a word without pdfium's mark."""
    whole: list[Line] = []
    for text, size in lines:
        beginning = None
        if whole and whole[-1][1] == size and whole[-1][0][-1] in LINE_END_HYPHENS:
            beginning = marked(whole[-1][0], text)
        if beginning is None:
            whole.append((text, size))
        else:
            whole[-1] = (beginning + text, size)
    return whole
