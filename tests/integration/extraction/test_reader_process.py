"""The process that is forked ahead of its file: it is warm, reads one file, and is replaced."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Extraction, Format
from mara.extraction.reader_process import ReaderProcess, fork_reader
from mara.extraction.readers import warm_up
from tests.support import files
from tests.support.local_cloud import until

GOOD = "Prune the backups first."
FAULTS = """
import os, resource, sys
from pathlib import Path
from mara.extraction.model import Dropped, Format
from mara.extraction.readers import read, reader_of, warm_up

reader_of(Format.PDF)
if "warm" in sys.argv:
    warm_up(Format.PDF)
if not os.fork():
    if "warm" in sys.argv:
        warm_up(Format.PDF)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    list(read(Path(sys.argv[1]), Format.PDF, Dropped())[1])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
else:
    os.wait()
"""


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "file.pdf"
    path.write_bytes(files.a_pdf(GOOD))
    return path


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    warm_up(Format.PDF)
    process = fork_reader([Format.PDF])
    yield process
    if process.channel.fileno() >= 0:
        process.end()


def request(path: Path, output: Path) -> list[object]:
    return ["pdf", str(path), str(output), 30.0, ""]


def text(extraction: Extraction) -> str:
    return "\n".join(block.text for block in extraction.blocks)


class TestWarmUp:
    def test_touches_the_memory_that_a_reader_needs(self, pdf: Path) -> None:
        """Each page fault takes some microseconds."""

        def faults(*how: str) -> int:
            command = [sys.executable, "-c", FAULTS, str(pdf), *how]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            return int(done.stdout)

        assert faults("warm") < faults() / 2

    @pytest.mark.parametrize("format", Format)
    def test_loads_every_reader_again_and_again(self, format: Format) -> None:
        warm_up(format)
        warm_up(format)


class TestReaderProcess:
    def test_reads_one_file_and_no_other(
        self, reader: ReaderProcess, pdf: Path, tmp_path: Path
    ) -> None:
        assert reader.takes(request(pdf, tmp_path / "first"))
        assert reader.is_done()
        assert GOOD.encode() in (tmp_path / "first").read_bytes()
        reader.takes(request(pdf, tmp_path / "second"))
        assert not reader.is_done()
        assert not (tmp_path / "second").exists()

    def test_is_limited_when_it_reads(
        self, reader: ReaderProcess, pdf: Path, tmp_path: Path
    ) -> None:
        pdf.write_bytes(files.a_pdf_of_nested_forms())
        assert reader.takes(["pdf", str(pdf), str(tmp_path / "output"), 0.1, ""])
        assert not reader.is_done()
        assert os.WTERMSIG(reader.end()) == signal.SIGALRM

    def test_tells_if_it_was_killed_before(self, reader: ReaderProcess, tmp_path: Path) -> None:
        os.kill(reader.id, signal.SIGKILL)
        os.waitid(os.P_PID, reader.id, os.WEXITED | os.WNOWAIT)
        assert not reader.takes(request(tmp_path, tmp_path))

    def test_is_ended_even_if_it_hangs(self, reader: ReaderProcess) -> None:
        os.kill(reader.id, signal.SIGSTOP)
        began = time.monotonic()
        assert os.WTERMSIG(reader.end()) == signal.SIGKILL
        assert time.monotonic() - began < 5

    def test_ends_with_its_parent(self) -> None:
        process = fork_reader([])
        process.channel.close()
        assert os.waitpid(process.id, 0)[1] == 0


class TestForkServer:
    @pytest.fixture
    def extractor(self) -> Iterator[ChildProcessExtractor]:
        extractor = ChildProcessExtractor()
        yield extractor
        extractor.process.close()

    def test_has_the_next_process_ahead_whatever_happens_to_it(
        self, extractor: ChildProcessExtractor, pdf: Path
    ) -> None:
        others = children(os.getpid())
        first = extractor.extract(pdf, Format.PDF)
        (server,) = set(children(os.getpid())) - set(others)
        ahead = process_ahead(server)
        assert extractor.extract(pdf, Format.PDF) == first
        following = process_ahead(server)
        assert following != ahead
        os.kill(following, signal.SIGKILL)
        until("it has ended", lambda: not children(server))
        assert extractor.extract(pdf, Format.PDF) == first

    def test_reads_files_of_all_formats_in_turn(
        self, extractor: ChildProcessExtractor, pdf: Path, tmp_path: Path
    ) -> None:
        note = tmp_path / "note.txt"
        note.write_text("Grow the volume.")
        for _ in range(2):
            assert text(extractor.extract(pdf, Format.PDF)) == GOOD
            assert text(extractor.extract(note, Format.TXT)) == "Grow the volume."

    def test_counts_the_use_of_its_processes_when_it_is_closed(
        self, extractor: ChildProcessExtractor, pdf: Path
    ) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
        extractor.extract(pdf, Format.PDF)
        extractor.process.close()
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt > before + 1000


def process_ahead(server: int) -> int:
    """The process of a fork server that is left when that of the last file has been reaped."""
    (process,) = until("one is left", lambda: len(found := children(server)) == 1 and found)
    return int(process)


def children(parent: int, states: str = "RSD") -> list[int]:
    """The processes of a parent that run or wait; those that have ended have the state Z."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            state, its_parent, *_ = status.read_text("utf-8").rpartition(")")[2].split()
            if int(its_parent) == parent and state in states:
                found.append(int(status.parent.name))
    return found
