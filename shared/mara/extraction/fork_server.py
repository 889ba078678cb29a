"""The fork server: has the readers loaded and forks a worker for each file.

Starting Python and loading a reader takes a tenth of a second, a fork a few milliseconds. Whatever
a hostile file does to its worker ends with that worker; the server itself opens no file.

python -m mara.extraction.fork_server

Protocol: a line of input is a JSON array of format, input path, output path, seconds and
the name of the OCR engine, empty for none. A line of
output is ``true`` if the worker ended within that time, else ``false``. The server exits at the end
of its input.
"""

import gc
import json
import os
import signal
import sys
from functools import cache

from mara.extraction import worker
from mara.extraction.model import Format
from mara.extraction.readers import reader_of

COLLECTED_FROM = 100_000
"""Objects; their garbage is small against the memory limit of a file."""


def main() -> None:
    """Serve requests from stdin until it is closed."""
    for line in sys.stdin:
        name, *arguments, ocr = json.loads(line)
        _load(Format(name))
        reader = os.fork()
        if not reader:
            _read(name, *arguments, ocr=ocr)
        _, status = os.waitpid(reader, 0)
        timed_out = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        sys.stdout.write(json.dumps(not timed_out) + "\n")
        sys.stdout.flush()


@cache
def _load(format: Format) -> None:
    reader_of(format)
    gc.collect()
    gc.freeze()  # else the collector would write to, and so copy, the pages that all workers share


def _read(format: str, path: str, output: str, seconds: float, *, ocr: str) -> None:
    """Run the worker in the fork; never returns."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, sys.stdin.fileno())
        os.dup2(nothing, sys.stdout.fileno())
        # Readers allocate many lists and few cycles, and live for one file.
        gc.set_threshold(COLLECTED_FROM, 100, 100)
        worker.main(format, path, output, seconds, ocr=ocr)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
