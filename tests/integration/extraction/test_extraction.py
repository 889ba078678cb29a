"""The child process that reads files: what it reads, and what cannot harm anybody but itself."""

import subprocess
import sys
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import pytest

from mara.extraction.errors import Unreadable
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Extraction, Format
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

    def test_a_long_pdf_in_order(self, read: Read) -> None:
        found = read(files.a_pdf(*(f"Page{n} says {n}." for n in range(50))), Format.PDF)
        assert found.pages == 50
        assert [(b.place.page, b.place.headings, b.text) for b in found.blocks] == [
            (n + 1, (f"About Page{n}",), f"Page{n} says {n}.") for n in range(50)
        ]


class TestReaderProcess:
    GOOD = files.a_pdf("Prune the backups first.")

    @pytest.fixture
    def good(self, tmp_path: Path) -> Path:
        path = tmp_path / "good"
        path.write_bytes(self.GOOD)
        return path

    @pytest.fixture
    def bomb(self, tmp_path: Path) -> Path:
        path = tmp_path / "bomb"
        path.write_bytes(files.a_pdf_with_a_huge_stream())
        return path

    def test_ends_a_reader_that_takes_too_long_and_reads_the_next_file(
        self, good: Path, tmp_path: Path
    ) -> None:
        slow = tmp_path / "slow"
        slow.write_bytes(files.a_pdf_of_nested_forms())
        patient = ChildProcessExtractor()
        hasty = ChildProcessExtractor(wall_clock_s=0.1, process=patient.process)
        with pytest.raises(Unreadable) as refusal:
            hasty.extract(slow, Format.PDF)
        assert refusal.value.code == "timed_out"
        assert texts(patient.extract(good, Format.PDF)) == "Prune the backups first."

    def test_reads_on_after_a_file_that_kills_its_reader(self, good: Path, bomb: Path) -> None:
        extractor = ChildProcessExtractor()
        with pytest.raises(Unreadable):
            extractor.extract(bomb, Format.PDF)
        assert texts(extractor.extract(good, Format.PDF)) == "Prune the backups first."

    def test_is_started_again_when_it_was_lost(self, good: Path) -> None:
        extractor = ChildProcessExtractor()
        first = extractor.extract(good, Format.PDF)
        extractor.process.close()
        assert extractor.extract(good, Format.PDF) == first

    def test_of_a_worker_is_not_that_of_its_fork(self, good: Path) -> None:
        extractor = ChildProcessExtractor()
        first = extractor.extract(good, Format.PDF)
        fork = get_context("fork").Process(target=lambda: extractor.extract(good, Format.PDF))
        fork.start()
        fork.join()
        assert fork.exitcode == 0
        assert extractor.extract(good, Format.PDF) == first

    def test_ends_with_its_worker(self, good: Path) -> None:
        program = (
            "import sys; from pathlib import Path;"
            "from mara.extraction.extractor import ChildProcessExtractor;"
            "from mara.documents.model import Format;"
            "found = ChildProcessExtractor().extract(Path(sys.argv[1]), Format.PDF);"
            "print(found.blocks[0].text)"
        )
        # Its output is that of its children too: whoever reads it to the end waits for them.
        command = [sys.executable, "-c", program, str(good)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        assert (done.stdout, done.stderr) == ("Prune the backups first.\n", "")
