"""Secret bytes: hidden from repr, logs and pickles, and wiped after use."""

from types import TracebackType
from typing import NoReturn


class Secret:
    """A byte buffer that is overwritten with zeros at the end of its ``with`` block.

    Python cannot wipe the copies that other code makes of the content: the ``bytes`` of a KMS
    response, the output of ``hashlib`` and ``hmac``, integers, strings. They live as long as the
    expression that made them, and their memory is freed without being overwritten. Wiping shortens
    the time during which a core dump or a swapped page contains a secret; it does not rule it out.
    """

    __slots__ = ("_buffer",)

    def __init__(self, buffer: bytearray) -> None:
        """Take ownership of ``buffer``: the caller must not use it any more."""
        self._buffer = buffer

    def reveal(self) -> bytearray:
        """Return the buffer itself, for the one call that needs it; do not keep or copy it."""
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
