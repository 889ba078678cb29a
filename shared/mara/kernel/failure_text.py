"""The translation of a failure that is stored in English, such as why a document cannot be read."""

from collections.abc import Callable

FailureText = Callable[[str, str], str]
"""The detail of a failure in some language, from its code and its English detail."""


def in_english(_code: str, detail: str) -> str:
    """Return the English detail."""
    return detail
