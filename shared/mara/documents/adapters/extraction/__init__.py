"""Reading files that may be hostile: in a child process that may die without harm."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mara.documents.adapters.extraction.limits import OUTPUT_BYTES_MAX, WALL_CLOCK_S
from mara.documents.adapters.extraction.reader_process import ReaderProcess
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Extraction, Format, Place


@dataclass(frozen=True, slots=True)
class ChildProcessExtractor:
    """Waits for the child within bounds, and believes only what it wrote whole."""

    wall_clock_s: float = WALL_CLOCK_S
    process: ReaderProcess = field(default_factory=ReaderProcess)

    def extract(self, path: Path, format: Format) -> Extraction:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "blocks.jsonl"
            if not self.process.read(format.value, path, output, self.wall_clock_s):
                raise Unreadable(*_TIMED_OUT)
            if not output.exists() or output.stat().st_size > OUTPUT_BYTES_MAX:
                raise Unreadable(*_TOO_DEMANDING)
            return _read(output)


_TIMED_OUT = ("timed_out", "Reading the file took longer than a minute.")
_TOO_DEMANDING = ("too_large", "Reading the file takes more memory or time than allowed.")


def _read(output: Path) -> Extraction:
    """Raises Unreadable where the child says so, or ended before it had finished."""
    blocks: list[Block] = []
    end: dict[str, Any] = {}
    for line in _lines(output):
        if isinstance(line, dict):
            end = line
        else:
            blocks.extend(_blocks(line))
    if "failure" in end:
        raise Unreadable(end["failure"], end["detail"])
    if not end.get("done"):
        raise Unreadable(*_TOO_DEMANDING)
    return Extraction(blocks, end["pages"])


def _lines(output: Path) -> Iterator[Any]:
    """The columns of some blocks each; last, of a child that came to an end, how that was."""
    with output.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):  # a killed child may leave half a line
                yield json.loads(line)


def _blocks(columns: list[list[Any]]) -> Iterator[Block]:
    for text, page, sheet, row, headings in zip(*columns, strict=True):
        yield Block(text, Place(page, sheet, row, tuple(headings)))
