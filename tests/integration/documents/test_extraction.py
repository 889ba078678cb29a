"""The child process that reads files: what it reads, and what cannot harm anybody but itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mara.documents.adapters.extraction import ChildProcessExtractor
from mara.documents.model import Extraction, Format
from tests.support import files

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
