"""A text that sentences rest on, in the forms in which their numbers, names and codes are compared.

Comparisons ignore the width of characters (NFKC), ``ё``, kinds of dashes, the case of short codes,
and the endings of names: Russian declines them.
"""

import re
import unicodedata
from dataclasses import dataclass

from mara.kernel.figures import numbers_in

CASE_MATTERS_FROM = 16
"""Characters of a code; a shorter one is a word such as ``IPv6``, which is spelled in many ways."""

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s().-]+(?=\d)")
"""What separates the groups of a telephone or account number."""

_BEFORE_ADDRESS = r"(?<![\w.:@?&=#%~+-])(?<!//)"
_AFTER_ADDRESS = r"(?![\w/?#&=@%~+-]|[.:]\w)"
_DASH = re.compile(r"[‐‑‒–—−]")
_ENDING = re.compile(
    r"(?:['’]s|ами|ями|ого|его|ому|ему|ыми|ими|ой|ей|ою|ею|ом|ем|ым|им|ам|ям|ах|ях|ых|их|ая|яя|ое"
    r"|ее|ую|юю|ый|ий|[аяуюеыоийьs])$"
)
_STEM_MIN = 3


@dataclass(frozen=True, slots=True)
class SourceText:
    """The texts of the passages that a sentence names, as one."""

    text: str
    numbers: frozenset[str]
    stems: frozenset[str]
    digits: str

    @classmethod
    def of(cls, *texts: str) -> "SourceText":
        """Prepare texts for comparisons."""
        text = normal("\n".join(texts))
        return cls(
            text=text,
            numbers=frozenset(numbers_in(text)),
            stems=frozenset(map(stem, WORD.findall(text))),
            digits=BETWEEN_DIGITS.sub("", text),
        )

    def has(self, code: str) -> bool:
        """Whether ``code`` occurs, not as a part of a longer word."""
        before = r"(?<!\w)" if code[0].isalnum() else ""
        after = r"(?!\w)" if code[-1].isalnum() else ""
        return self._finds(before + re.escape(code) + after, code)

    def has_address(self, address: str) -> bool:
        """Whether ``address`` occurs, not as a part of a longer address."""
        return self._finds(_BEFORE_ADDRESS + re.escape(address) + _AFTER_ADDRESS, address)

    def has_digits(self, digits: str) -> bool:
        """Whether these digits occur in one number, however it is grouped."""
        return re.search(rf"(?<!\d){digits}(?!\d)", self.digits) is not None

    def has_word(self, word: str) -> bool:
        """Whether the word occurs in any form."""
        return stem(word) in self.stems

    def _finds(self, pattern: str, code: str) -> bool:
        flags = 0 if len(code) >= CASE_MATTERS_FROM else re.IGNORECASE
        return re.search(pattern, self.text, flags) is not None


def normal(text: str) -> str:
    """Return ``text`` with one form of each character, and one kind of dash."""
    folded = unicodedata.normalize("NFKC", text).replace("ё", "е").replace("Ё", "Е")
    return _DASH.sub("-", folded)


def stem(word: str) -> str:
    """Return a word without the ending of its case, in lower case."""
    folded = word.casefold().replace("’", "'")
    found = _ENDING.sub("", folded)
    return found if len(found) >= _STEM_MIN else folded
