"""The child process that reads files: what it reads, and what cannot harm anybody but itself."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mara.documents.adapters.extraction import ChildProcessExtractor
from mara.documents.errors import Unreadable
from mara.documents.model import Extraction, Format
from tests.support import files
from tests.support.knowledge import data_folder

SECONDS_MAX = 62.0
ROWS: list[list[object]] = [["Alert", "Action"], ["DiskFull", "Prune"], ["Slow", 3.0]]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes, Format], Extraction]:
    def run(content: bytes, format_: Format) -> Extraction:
        path = tmp_path / "file"
        path.write_bytes(content)
        return ChildProcessExtractor().extract(path, format_)

    return run


Read = Callable[[bytes, Format], Extraction]


def texts(extraction: Extraction) -> str:
    return "\n".join(block.text for block in extraction.blocks)


class TestReads:
    def test_pdf_with_pages_and_headings(self, read: Read) -> None:
        found = read(files.a_pdf("Prune the backups first.", "Then grow the volume."), Format.PDF)
        assert found.pages == 2
        assert [(b.place.page, b.text) for b in found.blocks] == [
            (1, "Prune the backups first."),
            (2, "Then grow the volume."),
        ]
        assert found.blocks[1].place.headings == ("About Then",)

    def test_no_text_of_a_pdf_that_nobody_sees(self, read: Read) -> None:
        assert texts(read(files.a_pdf_with_hidden_text(), Format.PDF)) == "What everybody sees."

    def test_docx_with_lists_tables_and_no_hidden_text(self, read: Read) -> None:
        found = read(files.a_docx(), Format.DOCX)
        assert texts(found).split("\n") == [
            "Prune the backups.",
            "- first",
            "Alert: Disk",
            "Action: Prune",
            "seen",
        ]
        assert all(block.place.headings[:1] == ("Runbook",) for block in found.blocks)

    def test_xlsx_with_headers_rows_and_no_hidden_sheet(self, read: Read) -> None:
        found = read(files.an_xlsx(ROWS), Format.XLSX)
        assert [(b.place.sheet, b.place.row, b.text) for b in found.blocks] == [
            ("Sheet", 2, "Alert: DiskFull\nAction: Prune"),
            ("Sheet", 3, "Alert: Slow\nAction: 3"),
        ]


CORRUPT = {"corrupt", "no_text"}
HOSTILE: dict[str, tuple[Callable[[], bytes], Format, set[str]]] = {
    "an empty pdf": (lambda: b"%PDF-1.4\n%%EOF", Format.PDF, CORRUPT),
    "a picture": (files.a_picture_pdf, Format.PDF, {"needs_ocr"}),
    "an encrypted pdf": (lambda: files.a_pdf("x", password="p"), Format.PDF, {"encrypted"}),
    "a truncated pdf": (lambda: files.a_pdf("x")[:300], Format.PDF, CORRUPT),
    "nested forms": (files.a_pdf_of_nested_forms, Format.PDF, {"too_large", "timed_out", *CORRUPT}),
    "pages within themselves": (
        files.a_pdf_whose_pages_are_their_own_parents,
        Format.PDF,
        {"too_large", *CORRUPT},
    ),
    "a stream of a gigabyte": (
        files.a_pdf_with_a_huge_stream,
        Format.PDF,
        {"too_large", "timed_out", *CORRUPT},
    ),
    "a png that says it is a pdf": (lambda: b"\x89PNG\r\n\x1a\n" * 9, Format.PDF, {"corrupt"}),
    "a zip that says it is a pdf": (files.a_docx, Format.PDF, {"corrupt"}),
    "a docx that says it is an xlsx": (files.a_docx, Format.XLSX, {"corrupt"}),
    "an encrypted docx": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99,
        Format.DOCX,
        {"encrypted"},
    ),
    "a truncated docx": (lambda: files.a_docx()[:2000], Format.DOCX, {"corrupt"}),
    "entities within entities": (
        lambda: files.with_part(files.a_docx(), "word/document.xml", files.ENTITIES),
        Format.DOCX,
        {"corrupt"},
    ),
    "a zip bomb of a docx": (
        lambda: files.with_part(files.a_docx(), "word/document.xml", b"<a>" + b" " * 500_000_000),
        Format.DOCX,
        {"too_large"},
    ),
    "a docx of five thousand parts": (
        lambda: files.with_part(files.a_docx(), "x/" * 30 + "y.xml", b"\x00" * 100),
        Format.DOCX,
        set(),
    ),
    "a cell at the end of the world": (
        lambda: files.an_xlsx(ROWS, cell="XFD1048576"),
        Format.XLSX,
        {"too_large"},
    ),
    "a zip bomb of an xlsx": (
        lambda: files.with_part(
            files.an_xlsx(ROWS), "xl/worksheets/sheet1.xml", b"<row>" + b" " * 450_000_000
        ),
        Format.XLSX,
        {"too_large"},
    ),
    "a truncated xlsx": (lambda: files.an_xlsx(ROWS)[:1500], Format.XLSX, {"corrupt"}),
    "an empty text": (lambda: b"", Format.TXT, {"no_text"}),
    "white space": (lambda: b" \n\t\r\n" * 999, Format.TXT, {"no_text"}),
    "zero bytes": (lambda: b"\x00" * 9999, Format.TXT, {"no_text"}),
    "a program that says it is a text": (lambda: b"\x7fELF" + bytes(99), Format.TXT, {"corrupt"}),
    "thirty million characters": (lambda: b"word " * 6_000_000, Format.TXT, {"too_large"}),
    "a csv of one open quote": (lambda: b'a,b\n"' + b"x" * 99_999, Format.CSV, set()),
    "headings without end": (lambda: b"# a\n" * 50_000, Format.MD, set()),
    "right to left and Chinese": ("שלום 重启服务".encode, Format.TXT, set()),
}


class TestHostile:
    """Invariant 12: a hostile file fails alone, within its bounds, with a reason.

    An empty set of codes: it may be read, and must only end.
    """

    @pytest.mark.parametrize("name", HOSTILE)
    def test_ends_alone_with_a_reason(self, name: str, read: Read) -> None:
        make, format_, codes = HOSTILE[name]
        began = time.monotonic()
        if not codes:
            assert read(make(), format_).blocks
        else:
            content = make()
            began = time.monotonic()
            with pytest.raises(Unreadable) as refusal:
                read(content, format_)
            assert refusal.value.code in codes
            assert refusal.value.detail
        assert time.monotonic() - began < SECONDS_MAX


class TestOddFiles:
    def test_every_tenth_of_the_worlds_odd_files_ends_read_or_with_a_reason(self) -> None:
        folder = data_folder("files")
        found = sorted(p for p in folder.rglob("*") if p.suffix in {".pdf", ".docx", ".xlsx"})
        read, refused = 0, 0
        for path in found[::10]:
            try:
                assert ChildProcessExtractor().extract(path, Format(path.suffix[1:])).blocks
                read += 1
            except Unreadable:
                refused += 1
        assert read > refused
