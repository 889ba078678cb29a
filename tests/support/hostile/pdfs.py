"""Hostile PDF files."""

import zlib

from mara.extraction.model import Format
from tests.support import files
from tests.support.hostile.case import Case, ended, ready, refused

PDF = Format.PDF
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
KIDS = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
SHOWN = b"BT /F 12 Tf 72 700 Td (Seen by everybody) Tj ET"


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def _page(contents: bytes = b"4 0 R", box: bytes = b"[0 0 612 792]") -> bytes:
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Contents %s"
        b" /Resources << /Font << /F 5 0 R >> >> >>" % (box, contents)
    )


def _of(content: bytes = SHOWN, *, catalog: bytes = CATALOG, kids: bytes = KIDS) -> bytes:
    return files.raw_pdf(catalog, kids, _page(), _stream(content), FONT)


def _text(text: bytes, at: bytes = b"72 650 Td", before: bytes = b"") -> bytes:
    return _of(SHOWN + b"\n" + before + b" BT /F 12 Tf " + at + b" (" + text + b") Tj ET")


def _with_a_stream_that_unpacks_four_times() -> bytes:
    packed = b"(x) Tj " * 20_000_000
    for _ in range(4):
        packed = zlib.compress(packed, 9)
    filters = b"/Filter [/FlateDecode /FlateDecode /FlateDecode /FlateDecode] "
    return files.raw_pdf(CATALOG, KIDS, _page(), _stream(packed, filters), FONT)


def _with_a_form_that_draws_itself() -> bytes:
    form = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] "
    resources = b"/Resources << /XObject << /N 6 0 R >> >> "
    page = _page().replace(b"/Font <<", b"/XObject << /N 6 0 R >> /Font <<")
    content = _stream(SHOWN + b" /N Do")
    return files.raw_pdf(CATALOG, KIDS, page, content, FONT, _stream(b"/N Do", form + resources))


def _whose_tables_of_objects_form_a_ring() -> bytes:
    whole = _of()
    start = whole.rindex(b"xref\n0")
    return whole.replace(b"trailer << ", b"trailer << /Prev %d " % start)


def _with_arrays_in_arrays() -> bytes:
    return _of(catalog=CATALOG[:-2] + b"/X " + b"[" * 100_000 + b"]" * 100_000 + b" >>")


def _of_a_million_pages_that_are_one() -> bytes:
    kids = b"<< /Type /Pages /Kids [" + b"3 0 R " * 1_000_000 + b"] /Count 1000000 >>"
    return _of(kids=kids)


def _of_a_deep_tree_of_pages() -> bytes:
    depth = 5000
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (7 + n) for n in range(depth)]
    kids = b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"
    last = _page()
    return files.raw_pdf(CATALOG, kids, _page(), _stream(SHOWN), FONT, *nodes, last)


def _with_a_picture_of_many_pixels() -> bytes:
    picture = (
        b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8"
        b" /ColorSpace /DeviceRGB /Filter /FlateDecode "
    )
    page = _page().replace(b"/Font <<", b"/XObject << /I 6 0 R >> /Font <<")
    pixels = zlib.compress(bytes(50_000_000), 9)
    return files.raw_pdf(CATALOG, KIDS, page, _stream(b"/I Do"), FONT, _stream(pixels, picture))


def _encrypted_by_nobody_knows_what() -> bytes:
    return _of().replace(
        b"trailer << ", b"trailer << /Encrypt << /Filter /Unknown /V 9 /R 9 >> /ID [<00> <00>] "
    )


CASES: dict[str, Case] = {
    "pdf: nothing but its header": refused(PDF, lambda: b"%PDF-1.4\n%%EOF", "corrupt", "no_text"),
    "pdf: a page without a word": refused(PDF, lambda: _of(b""), "no_text"),
    "pdf: pictures alone": refused(PDF, files.a_picture_pdf, "needs_ocr"),
    "pdf: a password": refused(PDF, lambda: files.a_pdf("x", password="p"), "encrypted"),
    "pdf: an unknown cipher": refused(PDF, _encrypted_by_nobody_knows_what, "encrypted", "corrupt"),
    "pdf: cut within its first object": refused(
        PDF, lambda: files.a_pdf("x")[:60], "corrupt", "no_text"
    ),
    "pdf: cut in the middle": ended(PDF, lambda: (w := files.a_pdf(*"abcdef"))[: len(w) // 2]),
    "pdf: cut before its table of objects": refused(
        PDF, lambda: (w := _of())[: w.rindex(b"xref\n0")], "corrupt"
    ),
    "pdf: without its last line": ready(PDF, lambda: _of()[:-7], "Seen by everybody"),
    "pdf: noise before it": ready(PDF, lambda: b"\x00\xff" * 300 + _of(), "Seen by everybody"),
    "pdf: noise after it": ready(PDF, lambda: _of() + b"\x00\xff" * 90_000, "Seen by everybody"),
    "pdf: a table of objects that lies": ready(
        PDF, lambda: _of().replace(b"00000 n", b"00009 n"), "Seen by everybody"
    ),
    "pdf: a stream that lies of its length": ready(
        PDF, lambda: _of().replace(b"/Length 47", b"/Length 99999999"), "Seen by everybody"
    ),
    "pdf: more pages declared than there are": ended(
        PDF, lambda: _of(kids=KIDS.replace(b"Count 1", b"Count 2000000000"))
    ),
    "pdf: fewer than no pages": ended(PDF, lambda: _of(kids=KIDS.replace(b"Count 1", b"Count -5"))),
    "pdf: forms that draw forms": refused(
        PDF, files.a_pdf_of_nested_forms, "too_large", "timed_out", "corrupt", "no_text"
    ),
    "pdf: a form that draws itself": ended(PDF, _with_a_form_that_draws_itself),
    "pdf: pages that are their own parents": refused(
        PDF, files.a_pdf_whose_pages_are_their_own_parents, "too_large", "corrupt", "no_text"
    ),
    "pdf: a catalog that is its own tree of pages": refused(
        PDF, lambda: files.raw_pdf(b"<< /Type /Catalog /Pages 1 0 R >>"), "corrupt", "no_text"
    ),
    "pdf: tables of objects in a ring": ended(PDF, _whose_tables_of_objects_form_a_ring),
    "pdf: arrays in arrays": ended(PDF, _with_arrays_in_arrays),
    "pdf: a million pages that are one": refused(
        PDF, _of_a_million_pages_that_are_one, "too_large", "timed_out", "corrupt"
    ),
    "pdf: a deep tree of pages": ended(PDF, _of_a_deep_tree_of_pages),
    "pdf: a stream of a gigabyte": refused(
        PDF, files.a_pdf_with_a_huge_stream, "too_large", "timed_out", "corrupt", "no_text"
    ),
    "pdf: a stream packed four times": refused(
        PDF, _with_a_stream_that_unpacks_four_times, "too_large", "timed_out", "corrupt", "no_text"
    ),
    "pdf: a picture of ten thousand million pixels": refused(
        PDF, _with_a_picture_of_many_pixels, "needs_ocr", "too_large"
    ),
    "pdf: a page as wide as the world": ended(
        PDF, lambda: _of().replace(b"[0 0 612 792]", b"[0 0 1e30 1e30]")
    ),
    "pdf: a page without an extent": ended(
        PDF, lambda: _of().replace(b"[0 0 612 792]", b"[0 0 0 0]    ")
    ),
    "pdf: a png by another name": refused(PDF, lambda: b"\x89PNG\r\n\x1a\n" * 99, "corrupt"),
    "pdf: a docx by another name": refused(PDF, files.a_docx, "corrupt"),
    "pdf: zero bytes": refused(PDF, lambda: bytes(99_999), "corrupt"),
}
