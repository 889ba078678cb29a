"""Keywords of monitoring rules: words and phrases in any form, in Russian and English."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mara.alerts.errors import InvalidKeywords
from mara.search.model.analyzer import words

KEYWORDS_MAX: Final = 200
KEYWORD_LENGTH_MAX: Final = 100
"""In characters."""
FLEETING: Final = (
    (re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])[ое]к$"), "к"),
    (re.compile(r"(?<=[аеиоуыэюя])ек$"), "йк"),
)
"""Vowels of the genitive plural that the stemmer leaves: ошибка and ошибок, ячейка and ячеек."""

Places = Mapping[str, frozenset[int]]
"""The positions of each stem in a text."""


@dataclass(frozen=True, slots=True)
class KeywordMatch:
    """Which keywords a text has; ``fires`` is whether the condition holds."""

    fires: bool
    found: tuple[str, ...]
    missing: tuple[str, ...]
    """Those of ``all_of`` that the text lacks, and those of ``any_of`` if it has none of them."""
    forbidden: tuple[str, ...]
    """Those of ``none_of`` that the text has."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """Fires on a text with one of ``any_of``, with each of ``all_of``, and without ``none_of``.

    A keyword is a word or a phrase whose words follow each other. Words match in any inflected
    form; identifiers match by their parts, so that `DiskFull` and "disk full" are one. An empty
    condition asks for nothing. Raises InvalidKeywords.
    """

    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        every = (*self.any_of, *self.all_of, *self.none_of)
        if not self.any_of and not self.all_of:
            raise InvalidKeywords("Name at least one keyword in any_of or all_of.")
        if len(every) > KEYWORDS_MAX:
            raise InvalidKeywords(f"At most {KEYWORDS_MAX} keywords.", max=KEYWORDS_MAX)
        for keyword in every:
            if len(keyword) > KEYWORD_LENGTH_MAX:
                detail = f"A keyword has at most {KEYWORD_LENGTH_MAX} characters."
                raise InvalidKeywords(detail, max=KEYWORD_LENGTH_MAX)

    def check_words(self) -> None:
        """Raise InvalidKeywords for a keyword without a word; it loads the stemmer."""
        for keyword in (*self.any_of, *self.all_of, *self.none_of):
            if not _stems(keyword):
                raise InvalidKeywords("A keyword needs a word that is not among the most common.")

    def match(self, text: str) -> KeywordMatch:
        """Compare the keywords with a text."""
        places = _places(text)
        any_found = [one for one in self.any_of if _occurs(one, places)]
        all_found = [one for one in self.all_of if _occurs(one, places)]
        forbidden = tuple(one for one in self.none_of if _occurs(one, places))
        missing = [one for one in self.all_of if one not in all_found]
        if not any_found:
            missing += self.any_of
        return KeywordMatch(
            fires=not missing and not forbidden,
            found=(*any_found, *all_found),
            missing=tuple(missing),
            forbidden=forbidden,
        )


def _occurs(keyword: str, places: Places) -> bool:
    """Whether the words of the keyword follow each other anywhere, at their own distances."""
    starts: frozenset[int] | None = None
    for offset, stem in _stems(keyword):
        at = frozenset(place - offset for place in places.get(stem, ()))
        starts = at if starts is None else starts & at
    return bool(starts)


@lru_cache(maxsize=10_000)
def _stems(keyword: str) -> Sequence[tuple[int, str]]:
    found = words(keyword)
    return [(word.position - found[0].position, _key(word.stem)) for word in found]


def _places(text: str) -> Places:
    places: defaultdict[str, set[int]] = defaultdict(set)
    for word in words(text):
        places[_key(word.stem)].add(word.position)
    return {stem: frozenset(positions) for stem, positions in places.items()}


def _key(stem: str) -> str:
    for pattern, replacement in FLEETING:
        stem = pattern.sub(replacement, stem)
    return stem
