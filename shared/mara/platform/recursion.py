"""The recursion limit of the process, which a library must not raise for everybody."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def recursion_limit_kept() -> Iterator[None]:
    """Restore the recursion limit after an import.

    py_ecc, which web3 imports, raises it to 100 000. Then deeply nested JSON of a request or of a
    provider overflows the stack of the C decoder, which ends the process, instead of raising
    RecursionError.
    """
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
