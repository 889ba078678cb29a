"""A process that reads one file: forked before the file is known, it waits for its request."""

import gc
import json
import os
import signal
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mara.extraction import worker
from mara.extraction.model import Format
from mara.extraction.readers import warm_up

COLLECTED_FROM = 100_000
"""Objects; their garbage is small against the memory limit of a file."""
REQUEST_BYTES_MAX = 64 * 1024
_DONE = b"."


@dataclass(frozen=True, slots=True)
class ReaderProcess:
    """Has the readers of ``formats`` loaded; it ends after one file, or when ``channel`` closes."""

    id: int
    channel: socket.socket
    formats: frozenset[Format]

    def takes(self, request: Sequence[object]) -> bool:
        """Let it read a file: format, paths, seconds, OCR engine. False if it was killed before."""
        try:
            self.channel.send(json.dumps(request).encode())
        except BrokenPipeError:
            return False
        return True

    def is_done(self) -> bool:
        """Wait for its message that the output is complete; false if it ended without one."""
        try:
            return self.channel.recv(len(_DONE)) == _DONE
        except ConnectionResetError:  # it ended before it took the request
            return False

    def end(self) -> int:
        """Kill it, whatever it does, wait for its end, and return its status."""
        self.channel.close()
        os.kill(self.id, signal.SIGKILL)
        return os.waitpid(self.id, 0)[1]


def fork_reader(formats: Iterable[Format], beside: ReaderProcess | None = None) -> ReaderProcess:
    """Fork a process that is warm when its request arrives; ``beside`` is the one that runs now.

    What a process changes of the memory that it shares with its parent is copied page by page. It
    reads a page that it makes itself, so that most pages are copied before the request.
    """
    channel, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    known = frozenset(formats)
    process = os.fork()
    if not process:
        try:
            channel.close()
            if beside is not None:
                beside.channel.close()
            _serve(end, known)
        finally:
            os._exit(0)
    end.close()
    return ReaderProcess(process, channel, known)


def _serve(channel: socket.socket, formats: frozenset[Format]) -> None:
    """Read the file of the request."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):  # the requests and answers of the server
        os.dup2(nothing, stream)
    # A helper that outlives this process must not hide its end.
    os.register_at_fork(after_in_child=channel.close)
    # Readers allocate many lists and few cycles, and live for one file.
    gc.set_threshold(COLLECTED_FROM, 100, 100)
    for known in formats:
        warm_up(known)
    if request := channel.recv(REQUEST_BYTES_MAX):
        name, path, output, seconds, ocr = json.loads(request)
        worker.main(name, path, output, seconds, ocr=ocr)
        channel.send(_DONE)
