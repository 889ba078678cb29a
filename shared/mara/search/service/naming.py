"""Names first: the candidates under a title that the question says in full go before all others.

A title counts if it is the identifier that the question is about, or a phrase of several words that
heads a document or a chapter; in both cases few places of the candidates may carry it.
"""

from collections import defaultdict
from collections.abc import Sequence

from mara.search.model import Candidate, RankedCandidate
from mara.search.model.naming import (
    PHRASE_WORDS_MIN,
    Parts,
    contains,
    name_parts,
    names_of,
    titles_said,
)
from mara.search.model.windows import titles_of

Scope = tuple[object, ...]
"""What a title covers: a prefix of the place of a passage, which begins with the document."""

PLACES_MAX = 2
"""A title that more places carry, such as "First steps", names none of them."""
CHAPTER_DEPTH = 3
"""The longest scope of a document or chapter: the document and two headings."""


def split_named(
    text: str, subject: str | None, ranked: Sequence[RankedCandidate]
) -> tuple[list[RankedCandidate], list[RankedCandidate]]:
    """The candidates that the question names, and the others, both in their order."""
    named = _named_scopes(text, subject, ranked)
    if not named:
        return [], list(ranked)
    is_named = [any(s in named for _, s in _scopes(hit.candidate)) for hit in ranked]
    return (
        [hit for hit, found in zip(ranked, is_named, strict=True) if found],
        [hit for hit, found in zip(ranked, is_named, strict=True) if not found],
    )


def _named_scopes(
    text: str, subject: str | None, ranked: Sequence[RankedCandidate]
) -> dict[Scope, Parts]:
    said, about = titles_said(text), name_parts(subject or "")
    places: dict[Parts, set[Scope]] = defaultdict(set)
    for hit in ranked:
        for title, scope in _scopes(hit.candidate):
            for parts in map(name_parts, names_of(title)):
                is_phrase = len(parts) >= PHRASE_WORDS_MIN and len(scope) <= CHAPTER_DEPTH
                if parts in said and (parts == about or is_phrase):
                    places[parts].add(scope)
    named: dict[Scope, Parts] = {}
    for parts, scopes in places.items():
        outermost = {s for s in scopes if not any(o != s and s[: len(o)] == o for o in scopes)}
        if len(outermost) <= PLACES_MAX:
            for scope in outermost:
                named[scope] = max(named.get(scope, ()), parts, key=len)
    longest = set(named.values())
    # "Network policy" is not named where the question says "network policy denied".
    return {
        scope: parts
        for scope, parts in named.items()
        if not any(len(other) > len(parts) and contains(other, parts) for other in longest)
    }


def _scopes(candidate: Candidate) -> list[tuple[str, Scope]]:
    """Each title of the passage with what it covers."""
    place, document = candidate.chunk.place, candidate.chunk.document_id
    titles = titles_of(candidate.chunk, candidate.filename)
    stems = titles[: len(titles) - len(place.headings)]
    found: list[tuple[str, Scope]] = [(stem, (document,)) for stem in stems]
    if place.row is not None:
        return found + [(title, (document, place.sheet, place.row)) for title in place.headings]
    return found + [
        (title, (document, *place.headings[: n + 1])) for n, title in enumerate(place.headings)
    ]
