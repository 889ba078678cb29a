"""Empty fields of forms, whose labels repeat the words of a question and answer nothing."""

import re

from mara.search.model.analyzer import words

_SENTENCE_END = re.compile(r"[.!?…]$")
_FIELD_SIGNS = ("__", "....", "……", "----", "–––", "[ ]", "[]", "( )", "☐", "□", ":\n")
"""A text without any of them has no empty field."""
_BLANK = re.compile(r"_{2,}|\.{4,}|…{2,}|-{4,}|–{3,}|[\[(][ \t]*[\])]|☐|□")
"""Where something is to be written, or a box that is not ticked."""
LABEL_LENGTH_MAX = 80
_FILLED = re.compile(r"^[^\W_][^:\n]{0,60}:\s*\S")
_LABEL_ALONE = re.compile(r"^[^\W_][^:\n]{0,60}:$")


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
