"""Tells text from numbers of glyphs, which a PDF has where its font does not name its letters."""

import unicodedata

_VOWELS = frozenset("aeiouy")
_VOWELS_SHARE = 0.22
"""Of the letters of a text; it is 0.35 to 0.5 in European languages."""
_LETTERS_MIN = 12
"""Fewer letters tell nothing of their frequency."""
_CONTROLS_SHARE = 0.02
_FOREIGN_SHARE = 0.1
_WORDS_SHARE = 0.55


def makes_words(text: str) -> bool:
    """Whether characters that a font has no names for are letters all the same.

    They are the numbers of glyphs then, taken for Unicode: those of old fonts are ASCII, and those
    of others are control characters, rare letters, or letters in a random order.
    """
    shown = [one for one in text if one not in " \r\n\t"]
    if not shown:
        return False
    if sum(one < " " for one in shown) > _CONTROLS_SHARE * len(shown):
        return False
    if sum(one > "\xff" for one in shown) > _FOREIGN_SHARE * len(shown):
        return False
    if sum(map(str.isalnum, shown)) < _WORDS_SHARE * len(shown):
        return False
    letters = [one for one in unicodedata.normalize("NFD", text.lower()) if one.isalpha()]
    vowels = sum(one in _VOWELS for one in letters)
    return len(letters) < _LETTERS_MIN or vowels >= _VOWELS_SHARE * len(letters)
