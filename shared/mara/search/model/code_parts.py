"""Codes that a document writes longer or shorter than the question: by a part that is whole.

"Invoice 0118" may mean ``INV-2024-0118``, and ``10.20.30.41:5432`` a host that a document has
without a port. Such a code is meant only if a single documented code has the part.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from mara.search.model.codes import CODE, Code, id_key, with_hyphens
from mara.search.model.numbers import YEAR

SHORT_NUMBER = re.compile(r"(?:[^\d$€£₽]*[\s№#])?(\d{3,})")
"""A number of its own, or behind what is numbered: "invoice 0118"."""
LONGER_ID = re.compile(rf"(?=.*[^\W\d])[^.:@]*|\d+/{YEAR.pattern}")
"""An id with letters, or a number with its year; versions, addresses and dates are none."""
SEPARATORS = re.compile("[-_/]")
WITH_PORT = re.compile(r"([^:/@]*\.[^:/@]*):\d{1,5}")


def meant_by(code: Code, texts: Sequence[str]) -> str | None:
    """The documented code that ``code`` is a part of or has as its host; ``None`` if several are.

    Use it for a code that is in none of the texts as a whole.
    """
    number, host = _number(code), WITH_PORT.fullmatch(id_key(code.said))
    if number is not None:
        found = {key for text in texts for key in _longer_ids(number, text)}
        return found.pop() if len(found) == 1 else None
    if host is not None:
        found = {key for text in texts for key in _addresses(host.group(1), text)}
        return host.group(1) if found == {host.group(1)} else None
    return None


def has(key: str, text: str) -> bool:
    """Whether the text has the code with this key as a whole."""
    return key in _keys(text)


def _number(code: Code) -> str | None:
    found = SHORT_NUMBER.fullmatch(code.said)
    is_plain = all(key.startswith("number ") for key in code.keys)
    if found is None or not is_plain or YEAR.fullmatch(found.group(1)):
        return None
    return found.group(1)


def _longer_ids(number: str, text: str) -> Iterator[str]:
    """The ids of which the number is a part between separators, with all its digits."""
    if number in text:
        for key in _keys(text):
            parts = SEPARATORS.split(key)
            if len(parts) > 1 and number in parts and LONGER_ID.fullmatch(key):
                yield key


def _addresses(host: str, text: str) -> Iterator[str]:
    """The host wherever the text has it, with the port that stands behind it."""
    yield from (key for key in _keys(text) if key == host or key.startswith(f"{host}:"))


def _keys(text: str) -> Iterable[str]:
    return [id_key(match.group()) for match in CODE.finditer(with_hyphens(text))]
