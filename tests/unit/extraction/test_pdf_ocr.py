"""Which pages of a PDF are recognised, and what is kept of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from mara.extraction import limits
from mara.extraction.errors import Unreadable
from mara.extraction.model import Dropped, DroppedKind
from mara.extraction.ocr import Recognition
from mara.extraction.pdf import read_pdf
from tests.support import papers
from tests.support.fakes.ocr import FakeOcrEngine
from tests.support.scans import a_scan

LINES = ("Restart of the payment gateway", "Call the owner of the service.")


class Reading:
    """A file that was read with an engine, and what was dropped and recognised."""

    def __init__(self, folder: Path, content: bytes, engine: FakeOcrEngine | None) -> None:
        path = folder / "file.pdf"
        path.write_bytes(content)
        self.dropped = Dropped()
        recognition = Recognition(engine) if engine else None
        _, blocks = read_pdf(path, self.dropped, recognition)
        self.texts = [block.text for block in blocks]
        self.recognized = recognition.pages if recognition else {}


def read(folder: Path, content: bytes, lines: Sequence[str] = LINES, **how: object) -> Reading:
    return Reading(folder, content, FakeOcrEngine(lines, **how))  # type: ignore[arg-type]


class TestPages:
    def test_without_text_are_recognised_and_the_others_are_not(self, tmp_path: Path) -> None:
        found = read(tmp_path, papers.a_pdf_with_a_scanned_page())
        assert found.texts == ["\n".join(LINES), "What is typed."]
        assert found.recognized == {1: 0.9}
        assert not found.dropped[DroppedKind.UNRECOGNIZED_PAGES]
        assert not found.dropped[DroppedKind.PICTURES]

    def test_without_text_are_counted_if_there_is_no_engine(self, tmp_path: Path) -> None:
        found = Reading(tmp_path, papers.a_pdf_with_a_scanned_page(), None)
        assert found.texts == ["What is typed."]
        assert found.dropped[DroppedKind.UNRECOGNIZED_PAGES] == 1

    def test_in_letters_without_names_are_recognised(self, tmp_path: Path) -> None:
        found = read(tmp_path, papers.a_pdf_with_an_unreadable_page())
        assert found.texts == ["\n".join(LINES)]
        assert not found.dropped[DroppedKind.UNREADABLE_TEXT]

    def test_that_are_turned_are_recognised_from_their_right_side(self, tmp_path: Path) -> None:
        assert read(tmp_path, a_scan(LINES, turned=90)).texts == ["\n".join(LINES)]

    def test_that_are_empty_have_no_text(self, tmp_path: Path) -> None:
        assert read(tmp_path, a_scan([], LINES)).texts == ["\n".join(LINES)]
        with pytest.raises(Unreadable) as refusal:
            read(tmp_path, a_scan([]))
        assert refusal.value.code == "no_text"

    def test_lose_lines_that_are_noise_and_count_them(self, tmp_path: Path) -> None:
        found = read(tmp_path, papers.a_pdf_with_a_scanned_page(), confidence=0.2)
        assert found.texts == ["What is typed."]
        assert found.dropped[DroppedKind.UNREADABLE_TEXT] == len(LINES)

    def test_on_which_the_engine_fails_are_counted(self, tmp_path: Path) -> None:
        found = read(tmp_path, a_scan(LINES, LINES), fails_at=frozenset({0}))
        assert list(found.recognized) == [2]
        assert found.dropped[DroppedKind.UNRECOGNIZED_PAGES] == 1

    def test_of_an_engine_that_fails_always_need_ocr(self, tmp_path: Path) -> None:
        with pytest.raises(Unreadable) as refusal:
            read(tmp_path, a_scan(*[LINES] * 9), takes_s=10**6)
        assert refusal.value.code == "needs_ocr"


class TestLimits:
    def test_of_pages_and_time(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "OCR_PAGES_MAX", 2)
        engine = FakeOcrEngine(LINES)
        found = Reading(tmp_path, a_scan(*[LINES] * 3), engine)
        assert list(found.recognized) == [1, 2]
        assert found.dropped[DroppedKind.UNRECOGNIZED_PAGES] == 1
        assert engine.calls == [limits.OCR_PAGE_S] * 2

    def test_end_recognition_before_the_process_is_killed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(limits, "seconds_left", lambda: limits.OCR_RESERVE_S)
        engine = FakeOcrEngine(LINES)
        found = Reading(tmp_path, papers.a_pdf_with_a_scanned_page(), engine)
        assert (found.texts, engine.calls) == (["What is typed."], [])
