"""Patterns by RE2, which matches in linear time whatever the pattern."""

from functools import lru_cache
from typing import Any, Final

from mara.alerts.errors import InvalidPattern

MEMORY_MAX: Final = 8 * 2**20
"""Bytes of one compiled pattern."""
COMPILED_MAX: Final = 32
"""All together take an eighth of the function's memory at most, which accounts share."""


class Re2Patterns:
    """Implements ``Patterns``; RE2 is imported with the first pattern."""

    def search(self, pattern: str, text: str) -> str | None:
        """Return what the pattern finds first; None without a match. Raises InvalidPattern."""
        found = _compiled(pattern).search(text)
        return None if found is None else str(found.group())


@lru_cache(maxsize=COMPILED_MAX)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    # It would write patterns, which users give, to standard error.
    options.log_errors = False
    options.max_mem = MEMORY_MAX
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        words = error.args[0]
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
        raise InvalidPattern(f"RE2 says: {said}.") from None
