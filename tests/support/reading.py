"""Reads one file as the worker does, and tells what that cost.

In a process of its own: the system counts what a parent used to hold as its child's memory, so that
the parent has to be small.
"""

import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from mara.extraction.errors import Unreadable
from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Format

WORST_S = 70


@dataclass(frozen=True, slots=True)
class Reading:
    outcome: str
    """``ready``, or the reason why not."""
    detail: str
    text: str
    blocks: int
    seconds: float
    peak_bytes: int
    """The most memory that the child held."""


def read_measured(path: Path, format: Format) -> Reading:
    command = [sys.executable, "-m", "tests.support.reading", str(path), format.value]
    done = subprocess.run(command, capture_output=True, timeout=WORST_S, check=True)
    return Reading(**json.loads(done.stdout))


def _read(path: Path, format: Format) -> Reading:
    extractor = ChildProcessExtractor()
    began = time.monotonic()
    outcome, detail, text, blocks = "ready", "", "", 0
    try:
        extraction = extractor.extract(path, format)
        text = "\n".join(block.text for block in extraction.blocks)
        blocks = len(extraction.blocks)
    except Unreadable as refusal:
        outcome, detail = refusal.code, str(refusal)
    seconds = time.monotonic() - began
    extractor.process.close()  # what its children took is known when it has ended
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Reading(outcome, detail, text, blocks, seconds, peak)


if __name__ == "__main__":
    print(json.dumps(asdict(_read(Path(sys.argv[1]), Format(sys.argv[2])))))
