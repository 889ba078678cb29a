"""Questions that ask several things at once, and the hits that answer each of them."""

import re
from collections.abc import Sequence

from mara.search.model import Hit
from mara.search.model.analyzer import words

_INTERROGATIVE = (
    r"(?:(?:в|на|с|к|по|из|за|от|до|о|у|at|in|on|for|from|to|with)\s+)?"
    r"(?:где|куда|откуда|как\w*|кто|кому|кого|когда|сколько|скольк\w+|что|чем|чему|почему|зачем"
    r"|котор\w+|where|how|who|whom|when|what|which|why)\b"
)
_BETWEEN = re.compile(
    rf"\?\s+|\s*;\s*|,?\s+(?:и|а|а также|and|and also|as well as)\s+(?={_INTERROGATIVE})",
    re.IGNORECASE,
)
COVERED_MIN = 0.5
"""A hit answers a part if it has at least this share of the words of the part."""
CHECKED_MAX = 20


def parts_of(question: str) -> list[str]:
    """Return the parts of the question, one if it asks one thing."""
    return [part.strip() for part in _BETWEEN.split(question) if len(words(part)) > 1]


def best_of_each_part(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Return a hit for each part of the question that the first hit covers less than another one.

    ``hits`` are sorted by score. Empty if the question asks one thing.
    """
    parts = parts_of(question)
    if len(parts) < 2 or not hits:  # noqa: PLR2004 - one part is the question itself
        return []
    checked = hits[:CHECKED_MAX]
    stems = [_stems(f"{' '.join(hit.chunk.place.headings)}\n{hit.chunk.text}") for hit in checked]
    found: list[Hit] = []
    for part in parts:
        asked = _stems(part)
        covered = [len(asked & own) for own in stems]
        best = max(range(len(covered)), key=covered.__getitem__)
        if covered[best] > covered[0] and covered[best] >= COVERED_MIN * len(asked):
            found.append(checked[best])
    return found


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text)}
