"""The catalog of error texts in English and Russian, and the translation of a text.

``texts.tsv`` has a line for each text: the code of the error, the part (``title`` or ``detail``),
English, Russian. ``{name}`` in both stands for what the code inserts. The English text of a detail
is ``*`` where it is written by a library or names internals: its Russian text is used for all
details of the code that have no line. ``failures.tsv`` has the same columns for failures: why a
document cannot be read, and why a question gets no answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ANY = "*"
TITLE, DETAIL = "title", "detail"
ERROR_TEXTS, FAILURE_TEXTS = "texts.tsv", "failures.tsv"
LISTS = {"expected", "schemes", "types"}
"""Placeholders whose value lists what is allowed."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Text:
    """One text of the catalog in both languages."""

    code: str
    part: str
    en: str
    ru: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the English text with something in place of each placeholder."""
        if self.en == ANY:
            return re.compile(".*", re.DOTALL)
        pieces = PLACEHOLDER.split(self.en)
        escaped = [
            f"(?P<{piece}>.*)" if position % 2 else re.escape(piece)
            for position, piece in enumerate(pieces)
        ]
        return re.compile("".join(escaped), re.DOTALL)

    def in_russian(self, text: str) -> str | None:
        """Return the Russian form of ``text``, None if it is not this text."""
        found = self.pattern.fullmatch(text)
        return PLACEHOLDER.sub(lambda name: _inserted(name[1], found), self.ru) if found else None

    @property
    def words(self) -> int:
        """How many characters are not inserted: the more, the fewer texts it stands for."""
        return len(PLACEHOLDER.sub("", self.en))


def translate(code: str, text: str) -> str:
    """Return a text of an error in Russian; the text as it is where the catalog has no line."""
    return _translate(ERROR_TEXTS, code, text)


def translate_failure(code: str, text: str) -> str:
    """Return the detail of a failure in Russian, as ``translate`` does that of an error."""
    return _translate(FAILURE_TEXTS, code, text)


def _translate(file: str, code: str, text: str) -> str:
    for known in catalog(file).get(code, ()):
        russian = known.in_russian(text)
        if russian is not None:
            return russian
    return text


@cache
def catalog(file: str = ERROR_TEXTS) -> dict[str, list[Text]]:
    """Return the texts by code: exact ones first, then those with placeholders, ``*`` last.

    Of those with placeholders the ones with more words come first: "less than or equal to {le}"
    is not "less than {lt}" with another value.
    """
    texts: dict[str, list[Text]] = {}
    for text in _read(file):
        texts.setdefault(text.code, []).append(text)
    for found in texts.values():
        found.sort(key=lambda text: (text.en == ANY, "{" in text.en, -text.words))
    return texts


def _inserted(name: str, found: re.Match[str]) -> str:
    """The value of a placeholder; a list ends with "or", in English where it is written."""
    value = found[name]
    return value.replace(" or ", " или ") if name in LISTS else value


def _read(file: str) -> Iterator[Text]:
    lines = Path(__file__).with_name(file).read_text("utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            yield Text(*line.split("\t"))
