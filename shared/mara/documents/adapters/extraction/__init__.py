"""Reading files that may be hostile: in a child process that may die without harm."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mara.documents.adapters.extraction.limits import OUTPUT_BYTES_MAX, WALL_CLOCK_S
from mara.documents.errors import Unreadable
from mara.documents.model import Block, Extraction, Format, Place

CHILD = "mara.documents.adapters.extraction.child"


@dataclass(frozen=True, slots=True)
class ChildProcessExtractor:
    """Starts the child, waits within bounds, and believes only what it wrote whole."""

    wall_clock_s: float = WALL_CLOCK_S

    def extract(self, path: Path, format: Format) -> Extraction:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "blocks.jsonl"
            self._run(path, format, output)
            if not output.exists() or output.stat().st_size > OUTPUT_BYTES_MAX:
                raise Unreadable(*_TOO_DEMANDING)
            return _read(output)

    def _run(self, path: Path, format: Format, output: Path) -> None:
        command = [sys.executable, "-m", CHILD, format.value, str(path), str(output)]
        try:
            # Its words may quote the file, so they go nowhere.
            subprocess.run(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                timeout=self.wall_clock_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(*_TIMED_OUT) from None


_TIMED_OUT = ("timed_out", "Reading the file took longer than a minute.")
_TOO_DEMANDING = ("too_large", "Reading the file takes more memory or time than allowed.")


def _environment() -> dict[str, str]:
    """Nothing of ours but where to find code: a hostile file must find no secret."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONSAFEPATH": "1",
        "LANG": "C.UTF-8",
    }


def _read(output: Path) -> Extraction:
    """Raises Unreadable where the child says so, or ended before it had finished."""
    lines = list(_lines(output))
    last = lines.pop() if lines and isinstance(lines[-1], dict) else {}
    if "failure" in last:
        raise Unreadable(last["failure"], last["detail"])
    if not last.get("done"):
        raise Unreadable(*_TOO_DEMANDING)
    return Extraction([_block(line) for line in lines], last["pages"])


def _lines(output: Path) -> Iterator[Any]:
    """A list for each block; last, of a child that came to an end, how that was."""
    with output.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):  # a killed child may leave half a line
                yield json.loads(line)


def _block(line: Sequence[Any]) -> Block:
    text, page, sheet, row, headings = line
    return Block(text, Place(page, sheet, row, tuple(headings)))
