"""Codes first: the candidates that have the numbers and codes asked for go before all others."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.search.model import RankedCandidate
from mara.search.model.code_parts import has, meant_by
from mara.search.model.codes import Code, keys_in
from mara.search.model.windows import titles_of


@dataclass(frozen=True, slots=True)
class CodeMatches:
    """``exact`` candidates have all codes, or as many as any has, and ``others`` follow.

    ``absent`` are the codes that no candidate has, as the question spells them.
    """

    exact: Sequence[RankedCandidate]
    others: Sequence[RankedCandidate]
    absent: Sequence[str]


def match_codes(codes: Sequence[Code], ranked: Sequence[RankedCandidate]) -> CodeMatches:
    """Compare the codes with each candidate's text, headings and file name.

    A code that no candidate has as a whole may be meant by one of them: see ``code_parts``.
    """
    texts = [text_of(hit) for hit in ranked]
    found = [[_has(text, code) for code in codes] for text in texts]
    for n, code in enumerate(codes):
        if not any(row[n] for row in found) and (key := meant_by(code, texts)) is not None:
            for row, text in zip(found, texts, strict=True):
                row[n] = has(key, text)
    absent = [code.said for n, code in enumerate(codes) if not any(row[n] for row in found)]
    ranking = [n for n, code in enumerate(codes) if not code.is_year]
    found = [[row[n] for n in ranking] for row in found]
    most = max((sum(row) for row in found), default=0)
    if most == 0:
        return CodeMatches([], ranked, absent)
    exact = [hit for hit, row in zip(ranked, found, strict=True) if sum(row) == most]
    others = [hit for hit, row in zip(ranked, found, strict=True) if sum(row) < most]
    return CodeMatches(exact, others, absent)


def text_of(hit: RankedCandidate) -> str:
    """Titles and text of a candidate."""
    chunk = hit.candidate.chunk
    return "\n".join([*titles_of(chunk, hit.candidate.filename), chunk.text])


def _has(text: str, code: Code) -> bool:
    return code.hint in text.lower() and not code.keys.isdisjoint(keys_in(text))
