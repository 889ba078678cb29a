"""The process that readers are forked from: it has them loaded, and reads no file itself.

To start Python and load a reader takes a tenth of a second, to fork a few milliseconds; and what
one file does to its reader is over when that reader ends.

python -m mara.extraction.fork_server

A line of its input asks for a file to be read: JSON of format, input, output and seconds. A line of
its output tells that the reader has ended, and whether in time. It ends when its input does.
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
"""Objects; what they take is little of the memory that a file may take."""


def main() -> None:
    for line in sys.stdin:
        name, path, output, seconds = json.loads(line)
        _load(Format(name))
        reader = os.fork()
        if not reader:
            _read(name, path, output, seconds)
        _, status = os.waitpid(reader, 0)
        timed_out = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM
        sys.stdout.write(json.dumps(not timed_out) + "\n")
        sys.stdout.flush()


@cache
def _load(format: Format) -> None:
    reader_of(format)
    gc.collect()
    gc.freeze()  # or the collector would touch, and so copy, what all readers share


def _read(format: str, path: str, output: str, seconds: float) -> None:
    """In the fork, which never returns from here."""
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, sys.stdin.fileno())
        os.dup2(nothing, sys.stdout.fileno())
        # Readers make lists by the thousand and hardly a cycle, and live for one file.
        gc.set_threshold(COLLECTED_FROM, 100, 100)
        worker.main(format, path, output, seconds)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
