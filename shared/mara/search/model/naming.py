"""Names: the identifier a question is about, and the titles that it says in full.

An identifier is a name of two or more words without a space: ``KubeAPIDown``, ``disk-full``. It is
matched as a whole: "KubeAPIDown" does not name a section "API", nor "KubeSchedulerDown".
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from mara.extraction.section_numbers import SECTION_NUMBER
from mara.search.model.analyzer import TOKEN, folded_parts

Parts = tuple[str, ...]
"""The folded words of a name; stop words are words too: "Down" distinguishes names."""

TITLE_WORDS_MAX = 8
TITLE_WORDS_MIN = 2
PHRASE_WORDS_MIN = 3
"""A title of fewer words, such as "High CPU", is said in questions about other sections too."""
SHORT_QUESTION = 15
"""Tokens; in a longer text an identifier may be mentioned by the way."""
BEGINNING = 8
"""Tokens of the text in which an identifier is what it is about."""

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*")
ANNOUNCED = re.compile(
    r"(?:alertname|alert|алерт\w*|alarm|incident|инцидент\w*|оповещени\w*|сигнал\w*)[\s\"'`«:=]*$",
    re.IGNORECASE,
)
"""Words before the name of an alert."""
BEFORE_NAME = 30
"""Characters in which such a word is looked for."""


@lru_cache(maxsize=50_000)
def name_parts(text: str) -> Parts:
    """The folded words of a title or an identifier."""
    return tuple(part for token in TOKEN.findall(text) for part in folded_parts(token))


@lru_cache(maxsize=50_000)
def names_of(title: str) -> tuple[str, ...]:
    """The title, and the title without the number of its section, if it has one."""
    found = SECTION_NUMBER.match(title)
    return (title, title[found.end() :]) if found else (title,)


@lru_cache(maxsize=50_000)
def spelling_of(token: str) -> str | None:
    """How an identifier is spelled: ``_``, ``-`` or ``camel``; ``None`` for any other text."""
    if not IDENTIFIER.fullmatch(token):
        return None
    if sum(part.isalpha() for part in folded_parts(token)) < TITLE_WORDS_MIN:
        return None
    return "_" if "_" in token else "-" if "-" in token else "camel"


def contains(whole: Parts, part: Parts) -> bool:
    """Whether the words of ``part`` stand in ``whole``, in order and without a gap."""
    size = len(part)
    return any(whole[n : n + size] == part for n in range(len(whole) - size + 1))


def subject_of(text: str, name: str | None = None) -> str | None:
    """The identifier that a question is about: ``name``, if the text declared one, or else
    the first word, the one after "alert", the only one of a short text, the first near its begin.
    """
    if name is not None:
        return name if spelling_of(name) else None
    tokens = [(match.group(), match.start()) for match in TOKEN.finditer(text)]
    if tokens and spelling_of(tokens[0][0]):
        return tokens[0][0]
    for token, start in tokens:
        if spelling_of(token) and ANNOUNCED.search(text[max(0, start - BEFORE_NAME) : start]):
            return token
    names = [token for token, _ in tokens if spelling_of(token) == "camel"]
    if len(set(names)) == 1 and len(tokens) <= SHORT_QUESTION:
        return names[0]
    return next((token for token, _ in tokens[:BEGINNING] if spelling_of(token) == "camel"), None)


def mentions(subject: str, texts: Iterable[str]) -> bool:
    """Whether a text has the identifier as a whole, in any spelling: ``DiskFull``, "disk full"."""
    parts = r"[\W_]?".join(map(re.escape, folded_parts(subject)))
    pattern = re.compile(rf"(?<![^\W_]){parts}(?![^\W_])")
    return any(pattern.search(text.lower().replace("ё", "е")) for text in texts)


def titles_said(text: str) -> Collection[Parts]:
    """Every run of whole tokens that has as many words as a title may have."""
    tokens = [folded_parts(token) for token in TOKEN.findall(text)]
    runs: set[Parts] = set()
    for first in range(len(tokens)):
        run: Parts = ()
        for token in tokens[first : first + TITLE_WORDS_MAX]:
            run += token
            if len(run) > TITLE_WORDS_MAX:
                break
            if len(run) >= TITLE_WORDS_MIN:
                runs.add(run)
    return runs


def is_of_another(subject: str, titles: Iterable[str]) -> bool:
    """Whether a section is titled with another identifier, both in CamelCase.

    A title that contains the subject's words, or is contained in them, is of the subject. Spelled
    with hyphens, identifiers are words of the language too: "pre-commit", "e-mail".
    """
    if spelling_of(subject) != "camel":
        return False
    asked = name_parts(subject)
    found = [(name, name_parts(name)) for title in titles for name in names_of(title)]
    if any(parts and (contains(parts, asked) or contains(asked, parts)) for _, parts in found):
        return False
    return any(spelling_of(title) == "camel" for title, _ in found)
