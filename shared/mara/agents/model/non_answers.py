"""Passages that repeat the words of a question and answer nothing."""

from collections.abc import Sequence

from mara.agents.model.contents import is_contents
from mara.agents.model.empty_fields import is_empty_field
from mara.search.model import Hit

CHECKED_MAX = 15


def without_non_answers(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Return the hits that can answer, in their order; only the best CHECKED_MAX are checked."""
    checked = [
        hit
        for hit in hits[:CHECKED_MAX]
        if not is_contents(hit.chunk) and not is_empty_field(hit.chunk.text, question)
    ]
    return [*checked, *hits[CHECKED_MAX:]]
