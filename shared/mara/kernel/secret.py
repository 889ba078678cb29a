"""Bytes that nobody may see: shown by no repr, log line or pickle, and wiped when done with."""

from types import TracebackType
from typing import NoReturn


class Secret:
    """A buffer of its own, wiped at the end of the ``with`` block that holds it.

    What cannot be wiped in Python: copies that others make of the content, such as the ``bytes`` of
    a KMS answer, the output of ``hashlib`` and ``hmac``, and integers. They live as long as the
    expression that made them, and their memory is freed unwiped. Wiping shortens the time in which
    a core dump or a swapped page holds a secret; it is no promise that none ever does.
    """

    __slots__ = ("_buffer",)

    def __init__(self, buffer: bytearray) -> None:
        """Takes the buffer over: the caller keeps no other use of it."""
        self._buffer = buffer

    def reveal(self) -> bytearray:
        """The buffer itself, for the call that needs it; never keep it, nor copy it."""
        return self._buffer

    def wipe(self) -> None:
        """Overwrite the content with zeros; the length stays."""
        self._buffer[:] = bytes(len(self._buffer))

    def __enter__(self) -> bytearray:
        return self._buffer

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.wipe()

    def __len__(self) -> int:
        return len(self._buffer)

    def __repr__(self) -> str:
        return f"Secret({len(self._buffer)} bytes)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A secret is not pickled, copied or sent.")
