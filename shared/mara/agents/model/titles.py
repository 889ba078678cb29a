"""Titles of conversations, taken from their first question."""

TITLE_MAX = 80
ELLIPSIS = "…"


def title_of(question: str) -> str:
    """Return the question on one line, cut at a word to at most TITLE_MAX characters."""
    line = " ".join(question.split())
    if len(line) <= TITLE_MAX:
        return line
    head = line[: TITLE_MAX - len(ELLIPSIS) + 1]
    whole_words = head.rpartition(" ")[0] or head[:-1]
    return whole_words.rstrip(" .,;:!?-") + ELLIPSIS
