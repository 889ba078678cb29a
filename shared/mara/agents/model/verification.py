"""Verifies citations: the chunk was retrieved, and the quote occurs verbatim in that chunk.

A citation that fails is dropped and never repaired: a quote composed of two places, one from
another chunk, or an invented one.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.agents.model import Citation
from mara.search.model import Chunk, Hit

WORDS_MIN = 3
"""The minimum length of a quote in words, unless it is the whole chunk.

Shorter quotes occur in nearly every text and prove nothing.
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A citation that is not verified yet: a quote that a chunk is said to contain."""

    chunk_id: UUID
    quote: str


def verify(
    claims: Iterable[Claim], retrieved: Sequence[Hit], cut: Collection[UUID] = ()
) -> list[Citation]:
    """Return the claims that are true, in order and without duplicates.

    The quote of a citation has the spelling of the chunk. The sections of the chunks ``cut`` have
    more passages than were retrieved.
    """
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
            has_more=hit.chunk.id in cut,
        )
        if citation not in citations:
            citations.append(citation)
    return citations


def locate(quote: str, chunk: Chunk) -> str | None:
    """Find the quote, ignoring case and white space, and return it in the spelling of the chunk.

    Returns ``None`` if the chunk does not contain it as whole words.
    """
    words = quote.split()
    if not words or (len(words) < WORDS_MIN and fold(quote) != fold(chunk.text)):
        return None
    # A quote cannot be longer than its chunk. The check also bounds the time of the search.
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
    """Normalize case and white space for comparisons."""
    return " ".join(text.casefold().split())
