"""Extracts text from files that may be hostile, in a child process that can be killed."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from mara.extraction.errors import Unreadable
from mara.extraction.fork_server_client import ForkServerClient
from mara.extraction.limits import OUTPUT_BYTES_MAX, WALL_CLOCK_S
from mara.extraction.model import Block, DroppedKind, Extraction, Format
from mara.extraction.records import read_records


@dataclass(frozen=True, slots=True)
class ChildProcessExtractor:
    """Waits for the child within limits, and accepts only complete output."""

    wall_clock_s: float = WALL_CLOCK_S
    process: ForkServerClient = field(default_factory=ForkServerClient)
    ocr: str = ""
    """The engine that recognises pages of PDF files without text; none if it is empty."""

    def extract(self, path: Path, format: Format) -> Extraction:
        """Read the file. Raises Unreadable, also where the child was killed or ran out of time."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "blocks"
            if not self.process.read(format.value, path, output, self.wall_clock_s, ocr=self.ocr):
                raise Unreadable(*_TIMED_OUT)
            if not output.exists() or output.stat().st_size > OUTPUT_BYTES_MAX:
                raise Unreadable(*_TOO_DEMANDING)
            return _read(output)


_TIMED_OUT = ("timed_out", "Reading the file took longer than a minute.")
_TOO_DEMANDING = ("too_large", "Reading the file takes more memory or time than allowed.")


@cache
def extractor(wall_clock_s: float = WALL_CLOCK_S) -> ChildProcessExtractor:
    """The extractor of this process, one for each limit; it keeps its fork server."""
    return ChildProcessExtractor(wall_clock_s)


def _read(output: Path) -> Extraction:
    """Raises Unreadable where the child reported a failure or did not finish."""
    with output.open("rb") as file:
        try:
            blocks, end = read_records(file)
        except ValueError as error:
            raise Unreadable(*_TOO_DEMANDING) from error
    if "failure" in end:
        raise Unreadable(end["failure"], end["detail"])
    dropped = {DroppedKind(kind): count for kind, count in end["dropped"].items()}
    recognized = {int(page): share for page, share in end["recognized"].items()}
    return Extraction(_marked(blocks, recognized), end["pages"], dropped, recognized)


def _marked(blocks: list[Block], recognized: Mapping[int, float]) -> list[Block]:
    """The blocks; those of recognised pages have the confidence in their place."""
    if not recognized:
        return blocks
    return [
        replace(block, place=replace(block.place, ocr=recognized.get(block.place.page or 0)))
        for block in blocks
    ]
