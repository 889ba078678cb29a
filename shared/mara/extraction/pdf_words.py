"""Words that a line or a page divides: "proce-" and "dure" are one, "well-" and "known" are two.

pdfium marks a hyphen at the end of a line that continues on the next one, and joins both lines.
"""

import re
from collections.abc import Iterable

DIVISION = "\ufffe"
"""pdfium's mark for a hyphen at the end of a line."""

_WORD = re.compile(r"[\w-]+")
_DIVIDED = re.compile(rf"(?P<left>[\w./:@&?=%#+-]*){DIVISION}(?P<right>\w*)")
LINE_END_HYPHENS = f"-\u2010\u00ad{DIVISION}"
_LINE_END = re.compile(rf"[^\W\d_]([{LINE_END_HYPHENS}])\s*$")

_FIRST_PARTS = {
    *("well", "self", "non", "ex", "cross", "all", "half", "semi"),
    *("кое", "кой", "юго", "северо", "западно", "восточно", "вице", "экс", "пол", "нью", "санкт"),
    *("бизнес", "веб", "онлайн", "интернет"),
}
"""They keep their hyphen."""
_PARTICLES = frozenset(["то", "либо", "нибудь", "таки", "ка", "с", "де"])
_BEFORE_PARTICLE = re.compile(
    r"(?:кто|что|кого|чего|кому|чему|кем|чем|как|где|куда|когда|откуда|почему|зачем"
    r"|как(?:ой|ая|ое|ие|их|им|ую|ого|ому|ими)|чей|чья|всё|все|так|опять|довольно|он|я|ты|да)$"
)
_IN_THE_WAY_OF = re.compile(r"(?:ски|цки|ому|ему|ьи)$")


class Dictionary:
    """The words of one document, which tell how a divided word is spelled."""

    def __init__(self, lines: Iterable[str]) -> None:
        # The parts of a divided word are no words.
        whole = (_DIVIDED.sub(" ", line) if DIVISION in line else line for line in lines)
        self._words = set(_WORD.findall("\n".join(whole).lower()))

    def joined(self, line: str) -> str:
        """The line with its divided words whole."""
        return _DIVIDED.sub(lambda found: self.join(found["left"], found["right"]), line)

    def join(self, left: str, right: str) -> str:
        """One word, or two with a hyphen between them."""
        return f"{left}-{right}" if self._keeps_hyphen(left, right) else left + right

    def _keeps_hyphen(self, left: str, right: str) -> bool:
        if not left.isalpha() or not right[:1].isalpha():
            return True  # an address, a code, or a compound of several parts
        if right[0].isupper() and not (left.isupper() and right.isupper() and len(right) > 1):
            return True
        if left.isupper() and len(left) > 1 and right[0].islower():
            return True
        first, second = left.lower(), right.lower()
        if f"{first}-{second}" in self._words:
            return True
        if first + second in self._words:
            return False
        return _is_compound(first, second) or {first, second} <= self._words


def _is_compound(first: str, second: str) -> bool:
    """Whether a word of these parts is spelled with a hyphen."""
    if first in _FIRST_PARTS:
        return True
    if second in _PARTICLES:
        return _BEFORE_PARTICLE.search(first) is not None
    return first == "по" and _IN_THE_WAY_OF.search(second) is not None


def marked(line: str, following: str) -> str | None:
    """The line up to its divided word with the mark in place of the hyphen.

    ``None`` if no word is divided between this line and the ``following`` one.
    """
    found = _LINE_END.search(line)
    if found is None or not following[:1].islower():
        return None
    return line[: found.start(1)] + DIVISION
