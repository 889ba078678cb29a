"""File names that a person takes for the same."""

import unicodedata


def name_key(filename: str) -> str:
    """Return the name in small letters, in Unicode form NFKC, with single spaces between words.

    Documents whose names have the same key are namesakes.
    """
    return " ".join(unicodedata.normalize("NFKC", filename).lower().split())
