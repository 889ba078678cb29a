"""Whether a citation is true: its chunk was retrieved, and its quote stands in that chunk.

Nothing that fails is repaired or passed on: a quote put together from two places, one of another
chunk, or one that nobody wrote, is dropped.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model import Citation
from mara.search.model import Chunk, Hit

WORDS_MIN = 3
"""A shorter quote stands in nearly every text and proves nothing, unless it is the whole chunk."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said to stand in a chunk, by whoever composed the answer."""

    chunk_id: UUID
    quote: str


def verify(claims: Iterable[Claim], retrieved: Sequence[Hit]) -> list[Citation]:
    """The claims that hold, in order and once each, with the quote as the chunk spells it."""
    hits = {hit.chunk.id: hit for hit in retrieved}
    citations: list[Citation] = []
    for claim in claims:
        hit = hits.get(claim.chunk_id)
        quote = locate(claim.quote, hit.chunk) if hit else None
        if hit is None or quote is None:
            continue
        citation = Citation(
            document_id=hit.chunk.document_id,
            filename=hit.filename,
            chunk_id=hit.chunk.id,
            quote=quote,
            place=hit.chunk.place,
        )
        if citation not in citations:
            citations.append(citation)
    return citations


def locate(quote: str, chunk: Chunk) -> str | None:
    """The quote as it stands in the chunk, case and white space aside; ``None`` if it does not."""
    words = quote.split()
    if not words or (len(words) < WORDS_MIN and fold(quote) != fold(chunk.text)):
        return None
    # The longest quote there can be is the chunk: no text makes this expression backtrack.
    if len(fold(quote)) > len(fold(chunk.text)):
        return None
    pattern = r"(?<!\w)" + r"\s+".join(re.escape(word) for word in words) + r"(?!\w)"
    if not words[0][0].isalnum():
        pattern = pattern.removeprefix(r"(?<!\w)")
    if not words[-1][-1].isalnum():
        pattern = pattern.removesuffix(r"(?!\w)")
    found = re.search(pattern, chunk.text, re.IGNORECASE)
    return found.group() if found else None


def fold(text: str) -> str:
    """Case and white space do not matter."""
    return " ".join(text.casefold().split())
