"""A connection that ends at a deadline and after a number of bytes, whatever the peer does.

Time limits of sockets are per operation: a peer that sends a byte a second would never meet one.
"""

import io
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class TooMuchRead(Exception):
    """The peer sent more than is read of an answer."""


class _Reader(io.RawIOBase):
    """Reads from a socket within the limits of its connection."""

    def __init__(self, link: "LimitedSocket") -> None:
        self._link = link

    def readable(self) -> bool:
        """Always; ``BufferedReader`` asks."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read once. Raises TimeoutError at the deadline, TooMuchRead."""
        return self._link.receive_into(buffer)


class LimitedSocket:
    """The part of a socket that ``http.client`` uses, with a deadline and a limit of bytes."""

    def __init__(
        self, link: socket.socket, remaining_s: Callable[[], float], bytes_max: int
    ) -> None:
        self._link = link
        self._remaining_s = remaining_s
        self._bytes_left = bytes_max

    def sendall(self, content: bytes) -> None:
        """Send all of it. Raises TimeoutError at the deadline."""
        rest = memoryview(content)
        while rest:
            self._link.settimeout(self._remaining_s())
            rest = rest[self._link.send(rest) :]

    def receive_into(self, buffer: "WriteableBuffer") -> int:
        """Read once. Raises TimeoutError at the deadline, TooMuchRead."""
        if self._bytes_left <= 0:
            raise TooMuchRead
        self._link.settimeout(self._remaining_s())
        part = memoryview(buffer)[: self._bytes_left]
        count = self._link.recv_into(part)
        self._bytes_left -= count
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A reader within the limits."""
        return io.BufferedReader(cast("io.RawIOBase", _Reader(self)))

    def close(self) -> None:
        """Nothing: ``http.client`` closes it before it reads the body, and its owner at the end."""
