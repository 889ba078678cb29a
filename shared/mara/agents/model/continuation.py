"""Whether a text without headings continues in the next passage, for example over a page break."""

import re

_SENTENCE_ENDS = re.compile(r"[.!?…;][\"'»”)\]]*$")
_LIST_ITEM = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*•–—▪]|[^\W\d_][.)])\s+\S")
_DIGITS = re.compile(r"\d+")


def runs_on(text: str, following: str) -> bool:
    """Whether ``following`` continues the last sentence or the list of ``text``.

    Lines that both have in common apart from their numbers, such as those at the foot of a page,
    belong to the page and not to the text.
    """
    left, right = _lines(text), _lines(following)
    shared = {_without_numbers(line) for line in left} & set(map(_without_numbers, right))
    left = [line for line in left if _without_numbers(line) not in shared or _is_item(line)]
    right = [line for line in right if _without_numbers(line) not in shared or _is_item(line)]
    if not left or not right:
        return False
    last, first = left[-1], right[0]
    if last.endswith(":"):
        return True
    if _is_item(first):
        return any(map(_is_item, left))
    return first[0].islower() and not _SENTENCE_ENDS.search(last)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_item(line: str) -> bool:
    return _LIST_ITEM.match(line) is not None


def _without_numbers(line: str) -> str:
    return _DIGITS.sub("#", line)
