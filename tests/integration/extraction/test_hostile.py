"""Hostile files: each costs its own job a bounded time and memory, and nothing else.

Invariant 12, and of invariant 8 that every job ends; over a corpus of our own, and over the odd
files that the readers of others were tested with, where those are at hand.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mara.extraction.model import Format
from tests.support.hostile import CASES
from tests.support.hostile.case import READY, REFUSALS
from tests.support.knowledge import data_folder
from tests.support.reading import Reading, read_measured

SECONDS_MAX = 30.0
BYTES_MAX = 512 * 1024**2
SAMPLED = 12
"""Every so many of the world's odd files; MARA_TEST_ALL_FILES=1 reads all of them."""


def assert_bounded(reading: Reading) -> None:
    assert reading.seconds <= SECONDS_MAX
    assert reading.peak_bytes <= BYTES_MAX
    assert reading.outcome == READY or reading.outcome in REFUSALS
    assert bool(reading.detail) == (reading.outcome != READY)


class TestHostileCorpus:
    def test_has_sixty_files_at_least(self) -> None:
        assert len(CASES) >= 60

    @pytest.mark.parametrize("name", CASES)
    def test_ends_alone_as_it_should_within_its_bounds(self, name: str, tmp_path: Path) -> None:
        case = CASES[name]
        path = tmp_path / "file"
        path.write_bytes(case.make())
        reading = read_measured(path, case.format)
        assert_bounded(reading)
        assert reading.outcome in case.outcomes
        if reading.outcome == READY:
            assert case.needle in reading.text


class TestOddFiles:
    def test_of_the_world_end_within_their_bounds_and_pdfs_are_read(self) -> None:
        folder = data_folder("files")
        found = sorted(p for p in folder.rglob("*") if p.suffix in {".pdf", ".docx", ".xlsx"})
        chosen = found if os.environ.get("MARA_TEST_ALL_FILES") else found[::SAMPLED]
        with ThreadPoolExecutor(2) as pool:
            readings = list(pool.map(lambda p: read_measured(p, Format(p.suffix[1:])), chosen))
        for reading in readings:
            assert_bounded(reading)
        # Files without text are not readable to anybody; the others are lost if they are corrupt.
        pdfs = Counter(
            reading.outcome
            for path, reading in zip(chosen, readings, strict=True)
            if path.suffix == ".pdf"
        )
        lost = pdfs["corrupt"] + pdfs["too_large"]
        # Of a sample of two dozen, one is more than three in a hundred.
        assert lost <= max(1, 0.03 * (pdfs[READY] + lost))
