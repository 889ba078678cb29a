"""Recognition of scanned pages: the engines' contract, and Tesseract where it is installed."""

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from mara.extraction.errors import Unreadable
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import DroppedKind, Format, Place
from mara.extraction.ocr import Image, OcrEngine, OcrFailed
from mara.extraction.pdf_render import render
from mara.extraction.tesseract import Tesseract
from tests.support.fakes.ocr import FakeOcrEngine
from tests.support.scans import CYRILLIC_FACE, a_scan

ENGLISH = ("Restart of the payment gateway", "Call the owner of invoice INV-2024-0118.")
RUSSIAN = ("Порядок пуска насоса", "Откройте задвижку и включите двигатель.", "Кабинет 214")


@cache
def languages() -> str:
    """The languages of the Tesseract of this machine; empty if there is none."""
    if shutil.which("tesseract") is None:
        return ""
    command = ["tesseract", "--list-langs"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


needs_tesseract = pytest.mark.skipif(
    not {"rus", "eng", "osd"} <= set(languages().split()),
    reason="needs the packages tesseract-ocr and tesseract-ocr-rus",
)
needs_cyrillic = pytest.mark.skipif(CYRILLIC_FACE is None, reason="needs the font DejaVu")


def image_of(scan: bytes) -> Image:
    return render(pdfium.PdfDocument(io.BytesIO(scan))[0])


@pytest.fixture(params=["fake", pytest.param("tesseract", marks=needs_tesseract)])
def engine(request: pytest.FixtureRequest) -> OcrEngine:
    return FakeOcrEngine(ENGLISH) if request.param == "fake" else Tesseract()


class TestOcrEngine:
    """Every engine, the fake one included."""

    def test_returns_lines_with_confidence(self, engine: OcrEngine) -> None:
        found = engine.recognize(image_of(a_scan(ENGLISH)), 60)
        assert tuple(line.text for line in found) == ENGLISH
        assert all(0.8 <= line.confidence <= 1 for line in found)

    def test_finds_nothing_on_an_empty_page(self, engine: OcrEngine) -> None:
        assert not engine.recognize(image_of(a_scan([])), 60)

    def test_fails_if_it_has_no_time(self, engine: OcrEngine) -> None:
        with pytest.raises(OcrFailed):
            engine.recognize(image_of(a_scan(ENGLISH)), 0.01)


class TestTesseract:
    @needs_tesseract
    @needs_cyrillic
    def test_reads_russian_and_english_on_one_page(self) -> None:
        scan = a_scan([*RUSSIAN, *ENGLISH], face=CYRILLIC_FACE or Path())
        found = Tesseract().recognize(image_of(scan), 60)
        assert [line.text for line in found] == [*RUSSIAN, *ENGLISH]

    @pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "printf nonsense; exit 3"])
    def test_that_crashes_fails(self, tmp_path: Path, script: str) -> None:
        with pytest.raises(OcrFailed):
            Tesseract(a_program(tmp_path, script)).recognize(image_of(a_scan(ENGLISH)), 5)

    def test_that_hangs_fails(self, tmp_path: Path) -> None:
        hanging = a_program(tmp_path, "exec cat /dev/zero > /dev/null")
        with pytest.raises(OcrFailed):
            Tesseract(hanging).recognize(image_of(a_scan(ENGLISH)), 0.2)

    def test_that_is_missing_fails(self) -> None:
        with pytest.raises(OcrFailed):
            Tesseract("/nonexistent/tesseract").recognize(image_of(a_scan(ENGLISH)), 5)


def a_program(folder: Path, script: str) -> str:
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


class TestChildProcess:
    @pytest.fixture
    def scan(self, tmp_path: Path) -> Path:
        path = tmp_path / "scan.pdf"
        path.write_bytes(a_scan(ENGLISH, []))
        return path

    def test_refuses_a_scan_without_an_engine(self, scan: Path) -> None:
        with pytest.raises(Unreadable) as refusal:
            ChildProcessExtractor().extract(scan, Format.PDF)
        assert refusal.value.code == "needs_ocr"

    @needs_tesseract
    def test_marks_the_text_of_a_scan_with_its_confidence(self, scan: Path) -> None:
        found = ChildProcessExtractor(ocr="tesseract").extract(scan, Format.PDF)
        (block,) = found.blocks
        assert block.text == "\n".join(ENGLISH)
        assert block.place == Place(page=1, ocr=found.recognized[1])
        assert 0.8 <= found.recognized[1] <= 1
        assert not found.dropped.get(DroppedKind.UNRECOGNIZED_PAGES)

    @needs_tesseract
    @pytest.mark.parametrize("turned", [90, 180, 270])
    def test_reads_a_scan_that_is_turned(self, tmp_path: Path, turned: int) -> None:
        path = tmp_path / "turned.pdf"
        path.write_bytes(a_scan(ENGLISH, turned=turned))
        found = ChildProcessExtractor(ocr="tesseract").extract(path, Format.PDF)
        assert "\n".join(block.text for block in found.blocks) == "\n".join(ENGLISH)

    @pytest.mark.parametrize("script", [None, "exit 1", "kill -9 $$"])
    def test_refuses_a_scan_whose_engine_fails(
        self, scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None
    ) -> None:
        if script is not None:
            a_program(tmp_path, script)
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Unreadable) as refusal:
            ChildProcessExtractor(ocr="tesseract").extract(scan, Format.PDF)
        assert refusal.value.code == "needs_ocr"
