"""The Russian-English glossary: terms of operations and of companies, in their dictionary form.

Sentence embeddings relate the two languages loosely and hardly know technical terms, while Russian
questions about English runbooks are common. The glossary adds the translations as query terms. A
word with several meanings lists all of them: a translation that no document contains has no effect.

The entries are data, ``glossary.tsv``: a Russian word, a tab, and its English translations
separated by spaces. Lines that begin with ``#`` are comments.
"""

import re
from collections.abc import Mapping
from pathlib import Path

PATH = Path(__file__).with_name("glossary.tsv")

RUSSIAN = re.compile(r"[а-яё]+")
ENGLISH = re.compile(r"[a-z]+")


def entries() -> Mapping[str, tuple[str, ...]]:
    """The translations of each Russian word. Raises ValueError for an invalid file."""
    return parse(PATH.read_text("utf-8"))


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Parse and validate the file's format. Raises ValueError, which names the line.

    An entry is one lower-case Russian word with one or more distinct lower-case English words, and
    no word has two entries.
    """
    found: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition("\t")
        translations = tuple(rest.split(" "))
        if not RUSSIAN.fullmatch(word):
            raise ValueError(f"glossary line {number}: {word!r} is not one Russian word")
        if not all(ENGLISH.fullmatch(each) for each in translations):
            raise ValueError(f"glossary line {number}: {rest!r} are not English words")
        if len(set(translations)) != len(translations):
            raise ValueError(f"glossary line {number}: a translation is repeated")
        if word in found:
            raise ValueError(f"glossary line {number}: {word!r} has an entry already")
        found[word] = translations
    return found
