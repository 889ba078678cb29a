"""Password strength with zxcvbn, in English and in Russian.

zxcvbn knows English words, names, dates, keyboard walks of a Latin keyboard and a list of leaked
passwords. A password is therefore estimated as it is, as the same keys of the other layout write
it, and transliterated; the weakest reading counts (decision 0023).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

SCORE_MIN = 3
"""Minimum zxcvbn score, of 0 to 4; a score of 3 means more than a hundred million guesses."""

LENGTH_MAX = 72
"""Characters that zxcvbn reads."""

WORDS = Path(__file__).with_name("russian_words.txt")
YEARS = range(2039, 1799, -1)
"""zxcvbn itself knows those of 1900 to 2019."""

OWN_WORD_LENGTH_MIN = 3
WITHOUT_YO = str.maketrans("ёЁ", "еЕ")
"""Most texts write е for ё, and so do the words."""


_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`/QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~"
TO_LATIN_LAYOUT = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)
TO_RUSSIAN_LAYOUT = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)

_LETTERS = "абвгдезийклмнопрстуфыэ"
_SOUNDS = "abvgdeziyklmnoprstufye"
TRANSLITERATION = str.maketrans(
    dict(zip(_LETTERS, _SOUNDS, strict=True))
    | {"ж": "zh", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch"}
    | {"ъ": "", "ь": "", "ю": "yu", "я": "ya"}
)
"""As passports and domain names write Russian, simplified."""


def weakness_reason(password: str, about_the_user: Sequence[str]) -> str | None:
    """Return why the password is among the first to be guessed; None if it is strong enough.

    ``about_the_user`` are texts, such as a name, whose words do not strengthen it.
    """
    # Imported here: its lists take 0.1 s to load, and only routes that set a password need them.
    from zxcvbn import matching, zxcvbn

    matching.RANKED_DICTIONARIES.update(russian_words=_word_ranks(), years=_year_ranks())
    known = sorted({reading for word in _words(about_the_user) for reading in _readings(word)})
    for reading in dict.fromkeys(_readings(password)):
        result = zxcvbn(reading[:LENGTH_MAX], user_inputs=known)
        if result["score"] < SCORE_MIN:
            hints = [result["feedback"]["warning"], *result["feedback"]["suggestions"]]
            return (
                " ".join(hint for hint in hints if hint) or "It is among the first to be guessed."
            )
    return None


def _readings(text: str) -> Iterator[str]:
    """The text as typed, in both layouts, and both of them in Latin letters."""
    in_russian = text.translate(TO_RUSSIAN_LAYOUT).translate(WITHOUT_YO)
    yield text.translate(WITHOUT_YO)
    yield text.translate(TO_LATIN_LAYOUT)
    yield in_russian
    for reading in (text, in_russian):
        yield reading.translate(WITHOUT_YO).lower().translate(TRANSLITERATION)


def _words(texts: Sequence[str]) -> Iterator[str]:
    """Each text as a whole, and its words."""
    for text in texts:
        if text:
            yield text
        yield from re.findall(rf"\w{{{OWN_WORD_LENGTH_MIN},}}", text)


@cache
def _word_ranks() -> dict[str, int]:
    """Return the rank of each Russian word, 1 for the most frequent."""
    lines = WORDS.read_text("utf-8").splitlines()
    words = (line for line in lines if not line.startswith("#"))
    return {word: rank for rank, word in enumerate(words, 1)}


@cache
def _year_ranks() -> dict[str, int]:
    return {str(year): rank for rank, year in enumerate(YEARS, 1)}
