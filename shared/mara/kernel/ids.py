"""Identifiers that sort by the time they were made."""

import os
import time
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

_RANDOM_BITS = 74
_STEP_MASK = (1 << 32) - 1

_lock = Lock()
_last = 0
"""The newest identifier of this process, without its version and variant bits."""


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 74 random bits.

    Within one process each is greater than the one before, also in the same millisecond and after
    the clock stepped back: then the last one grows by a random step (section 6.2, method 2).
    """
    global _last  # noqa: PLW0603 - the order is that of the process
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") >> (80 - _RANDOM_BITS)
    with _lock:
        _last = max((milliseconds << _RANDOM_BITS) | random, _last + 1 + (random & _STEP_MASK))
        value = _last
    time_part, high, low = value >> _RANDOM_BITS, (value >> 62) & 0xFFF, value & ((1 << 62) - 1)
    return UUID(int=(time_part << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMED = 7


def made_at(identifier: UUID) -> datetime | None:
    """Return when an identifier was made, to a millisecond; ``None`` unless it is of version 7."""
    if identifier.version != _TIMED:
        return None
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)
