"""Names that differ from documented ones by their number or their host: ``db-5`` beside ``db-3``.

Where the documents have the neighbour of a name that is asked about, and not the name itself, what
they say of the neighbour is a wrong answer. A name without a neighbour refutes nothing: it may be a
word of the language, such as ``sev-1``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

NUMBERED = re.compile(r"(?<![\w.@/-])([^\W\d_]+(?:[-_][^\W\d_]+)*)([-_]?)(\d+)(?![\w@]|[-_./:]\w)")
"""Letters, and a number at the end: ``db-5``, ``web_02``, ``node3``."""
HOST = re.compile(
    r"(?<![\w.@/*-])((?:[a-z0-9-]+\.)+[a-z0-9-]*[a-z][a-z0-9-]*)(?![\w@/-]|\.\w)", re.IGNORECASE
)
WILDCARD = re.compile(r"\*\.((?:[a-z0-9-]+\.)+[a-z]+)", re.IGNORECASE)
LABELS_MIN = 3
"""Labels of a host, at least, whose neighbours are hosts of the same domain."""

Name = tuple[str, str]
"""What neighbours share, and what tells them apart."""


def only_neighbours(asked: Iterable[str], documents: Iterable[str]) -> Sequence[str]:
    """The names in ``asked`` that no text has, though one has a neighbour, as they are spelled.

    The texts in ``documents`` are not read for a question without such a name.
    """
    names = dict(found for sentence in asked for found in _names(sentence))
    if not names:
        return []
    texts = list(documents)
    documented = {name for text in texts for name, _ in _names(text)}
    shared = {common for common, _ in documented}
    covered = {f".{found[1].lower()}" for text in texts for found in WILDCARD.finditer(text)}
    return [
        said
        for name, said in names.items()
        if name not in documented and name[0] in shared and name[0] not in covered
    ]


def _names(text: str) -> Iterator[tuple[Name, str]]:
    for found in NUMBERED.finditer(text):
        yield (found[1].lower(), str(int(found[3]))), found[0]
    for found in HOST.finditer(text):
        label, _, domain = found[1].lower().partition(".")
        if domain.count(".") + 2 >= LABELS_MIN:
            yield (f".{domain}", label), found[0]
