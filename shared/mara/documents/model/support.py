"""Keeps the sentences of a summary whose numbers, names and addresses occur in the document."""

from collections.abc import Sequence

from mara.kernel.plain_text import plain
from mara.kernel.source_text import SourceText
from mara.kernel.specifics import missing_in
from mara.search.model.windows import SENTENCE_END


def supported(
    summary: str, key_points: Sequence[str], texts: Sequence[str]
) -> tuple[str, list[str]]:
    """Return summary and key points as plain text, without unsupported sentences.

    A sentence is dropped if it has a number, name, code, link or address that does not occur in
    the texts of the document.
    """
    source = SourceText.of(*texts)
    kept = [_supported(text, source) for text in (summary, *key_points)]
    return kept[0], [point for point in kept[1:] if point]


def _supported(text: str, source: SourceText) -> str:
    sentences = SENTENCE_END.split(plain(text, of=source.text))
    return " ".join(s for s in sentences if s.strip() and not missing_in(source, s))
