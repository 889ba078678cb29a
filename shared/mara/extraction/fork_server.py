"""The fork server: has the readers loaded and forks a process for each file.

Starting Python and loading a reader takes a tenth of a second, a fork and its first use of shared
memory some milliseconds. The process for the next file is forked ahead, and waits for it. Whatever
a hostile file does to its process ends with that process; the server itself opens no file.

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
from typing import Any

from mara.extraction.model import Format
from mara.extraction.reader_process import ReaderProcess, fork_reader
from mara.extraction.readers import warm_up


def main() -> None:
    """Serve requests from stdin until it is closed."""
    loaded: set[Format] = set()
    ahead: ReaderProcess | None = None
    for line in sys.stdin:
        request = json.loads(line)
        reader = _start(request, loaded, ahead)
        ahead = fork_reader(loaded, reader)
        if reader.is_done():
            _answer(in_time=True)  # before the system has freed its memory
            reader.end()
        else:
            status = reader.end()
            _answer(in_time=not (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM))
    if ahead is not None:
        ahead.end()


def _start(request: list[Any], loaded: set[Format], ahead: ReaderProcess | None) -> ReaderProcess:
    """The process that reads the file: the one ahead, if it lives and has loaded the reader."""
    wanted = Format(request[0])
    _load(wanted, loaded)
    if ahead is not None:
        if wanted in ahead.formats and ahead.takes(request):
            return ahead
        ahead.end()
    reader = fork_reader(loaded)
    reader.takes(request)
    return reader


def _load(format: Format, loaded: set[Format]) -> None:
    if format not in loaded:
        warm_up(format)
        loaded.add(format)
        gc.collect()
        gc.freeze()  # else the collector would write to, and so copy, the pages that all share


def _answer(*, in_time: bool) -> None:
    sys.stdout.write(json.dumps(in_time) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
