"""Tables of contents, which repeat the headings of a document and answer nothing."""

import re

from mara.search.model import Chunk

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
"""A passage without any of them is not looked at."""
CONTENTS_SHARE = 0.5
"""From this share of lines of contents, a passage is a part of the contents."""
CONTENTS_LINES_MIN = 2


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


def _is_entry(line: str, *, titled: bool) -> bool:
    if _LEADERS.search(line) or _LINK_ONLY.match(line):
        return True
    return titled and (_ENDS_IN_PAGE.match(line) is not None or not _SENTENCE_END.search(line))
