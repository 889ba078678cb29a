"""Detects whether a text is Russian or English, by its script."""

SAMPLE = 20_000
"""Characters that are looked at."""

LETTERS_MIN = 20
RUSSIAN_FROM = 0.3
"""Share of Cyrillic letters; Russian runbooks are full of English commands."""

ENGLISH_UP_TO = 0.05


def language_of(text: str) -> str | None:
    """``ru``, ``en``, or ``None`` for another language or a text that is too short."""
    letters = [letter for letter in text[:SAMPLE] if letter.isalpha()]
    if len(letters) < LETTERS_MIN:
        return None
    cyrillic = sum("а" <= letter.lower() <= "я" or letter in "ёЁ" for letter in letters)
    latin = sum(letter.isascii() for letter in letters)
    if cyrillic >= RUSSIAN_FROM * len(letters):
        return "ru"
    if latin >= (1 - ENGLISH_UP_TO) * len(letters):
        return "en"
    return None
