"""Passages that repeat the words of a question and answer nothing: contents and empty fields."""

import re
from collections.abc import Sequence

from mara.search.model import Chunk, Hit
from mara.search.model.analyzer import words

_CONTENTS_TITLE = re.compile(
    r"(?:table of )?contents|index|содержание|оглавление|предметный указатель", re.IGNORECASE
)
_LEADERS = re.compile(
    r"(?:[.…·_]\s?[.…·_]\s?[.…·_]|\t)[.…·_\s]*(?:[ivxlc]+|\d{1,4})$", re.IGNORECASE
)
"""The end of a line of contents: leaders, or a tab, between the title and its page."""
_ENDS_IN_PAGE = re.compile(r"[^\W\d].*\s\d{1,4}$")
_SENTENCE_END = re.compile(r"[.!?…]$")
_LINK_ONLY = re.compile(r"^(?:[-*+]|\d+[.)])\s+\[[^\]]+\]\([^)]*\)$")
_CONTENTS_SIGNS = ("..", ". .", "…", "··", "· ·", "__", "\t", "](")
_FIELD_SIGNS = ("__", "....", "……", "----", "–––", "[ ]", "[]", "( )", "☐", "□", ":\n")
"""Fast tests for the passages to look at."""
CHECKED_MAX = 15
CONTENTS_SHARE = 0.5
"""From this share of lines of contents, a passage is a part of the contents."""
CONTENTS_LINES_MIN = 2

_BLANK = re.compile(r"_{2,}|\.{4,}|…{2,}|-{4,}|–{3,}|[\[(][ \t]*[\])]|☐|□")
"""Where something is to be written, or a box that is not ticked."""
LABEL_LENGTH_MAX = 80
_FILLED = re.compile(r"^[^\W_][^:\n]{0,60}:\s*\S")
_LABEL_ALONE = re.compile(r"^[^\W_][^:\n]{0,60}:$")


def is_contents(chunk: Chunk) -> bool:
    """Whether most lines of the passage are entries of a table of contents."""
    first_line = chunk.text.lstrip().partition("\n")[0].strip()
    titled = any(map(_CONTENTS_TITLE.fullmatch, [*chunk.place.headings[-1:], first_line]))
    if not titled and not any(sign in chunk.text for sign in _CONTENTS_SIGNS):
        return False
    lines = [line.strip() for line in chunk.text.splitlines() if line.strip()]
    entries = [line for line in lines if not _CONTENTS_TITLE.fullmatch(line)]
    if not entries:
        return titled
    found = sum(_is_entry(line, titled=titled) for line in entries)
    least = 1 if titled else CONTENTS_LINES_MIN
    return found >= least and found >= CONTENTS_SHARE * len(entries)


def is_empty_field(text: str, question: str) -> bool:
    """Whether all that the text says about the question is the label of an empty field.

    A word of the question is only in labels of empty fields, and no sentence has another one.
    """
    if not text.endswith(":") and not any(sign in text for sign in _FIELD_SIGNS):
        return False
    asked = _stems(question)
    labels, rest = _fields(text)
    in_labels = asked & _stems(" ".join(labels))
    if not in_labels or in_labels & _stems("\n".join(rest)):
        return False
    sentences = [line for line in rest if _SENTENCE_END.search(line)]
    return not asked & _stems("\n".join(sentences))


def without_non_answers(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Return the hits that can answer, in their order; only the best CHECKED_MAX are checked."""
    checked = [
        hit
        for hit in hits[:CHECKED_MAX]
        if not is_contents(hit.chunk) and not is_empty_field(hit.chunk.text, question)
    ]
    return [*checked, *hits[CHECKED_MAX:]]


def _is_entry(line: str, *, titled: bool) -> bool:
    if _LEADERS.search(line) or _LINK_ONLY.match(line):
        return True
    return titled and (_ENDS_IN_PAGE.match(line) is not None or not _SENTENCE_END.search(line))


def _fields(text: str) -> tuple[list[str], list[str]]:
    """Return the labels of empty fields, and what else is in each line."""
    labels: list[str] = []
    rest: list[str] = []
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_form = any(_BLANK.search(line) or _FILLED.match(line) for line in lines)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        *before, last = _BLANK.split(line)
        for part in before:
            other, _, label = part.strip().removesuffix(":").rpartition(":")
            labels.append(label[-LABEL_LENGTH_MAX:])
            rest.append(other)
        if is_form and _LABEL_ALONE.match(last) and (not following or ":" in following):
            labels.append(last)
        else:
            rest.append(last)
    return labels, rest


def _stems(text: str) -> set[str]:
    return {word.stem for word in words(text)}
