"""The best few of a fused ranking, ordered once more by what only their texts can tell.

The weights were chosen together on XQuAD (CC BY-SA 4.0) in Russian and English and on real alerts
against real runbooks; the ranking moves little when any of them is halved or doubled.
"""

from collections.abc import Sequence
from dataclasses import replace

from mara.search.model import Candidate, Chunk, Hit
from mara.search.service.evidence import AskedQuestion, ReadPassage
from mara.search.service.fusion import Fused, ordered

DEPTH = 40
"""Candidates read again; whatever stands behind them keeps its order behind them."""

SENTENCE = 5.0
"""Words of the question that stand in one sentence of the passage."""
FORMS = 2.0
"""Words spelled as the question spells them."""
PAIRS = 6.0
"""Neighbours that are neighbours in the passage too."""
LIKENESS = 2.0
"""A sentence that says what a sentence of the question says, and nothing else."""
TITLE_SHARE = 5.0
"""A title that the question names in full."""
TITLE_WEIGHT = 1.0
"""The same, by how much rare words such a title has."""
MEANING = 0.5
SECTION_MEANING = 1.0
"""What the section's best passage means lends itself to its neighbours: they answer together."""


def rerank(question: AskedQuestion, fused: Sequence[Fused]) -> list[Fused]:
    """The same hits, best first; each score stays below those in front of it."""
    head, tail = fused[:DEPTH], fused[DEPTH:]
    if not head:
        return []
    sections: dict[tuple[object, ...], float] = {}
    for hit in head:
        key = _section(hit.candidate)
        sections[key] = max(sections.get(key, hit.meaning), hit.meaning)
    better = ordered(
        replace(hit, score=_score(question, hit, sections[_section(hit.candidate)])) for hit in head
    )
    # Scores of the tail are on another scale: moved, so that they go on where the head ends.
    shift = min(0.0, better[-1].score - tail[0].score) if tail else 0.0
    return [*better, *(replace(hit, score=hit.score + shift) for hit in tail)]


REPEAT = 2.0
"""What a further passage under the same parent loses to passages from elsewhere."""
REPEATS_MAX = 2
"""Losses of one passage: many good passages of one chapter stay before what is far from it."""


def spread_out(hits: Sequence[Hit]) -> list[Hit]:
    """The same hits, for somebody who reads the first few: not all from one place.

    A heading without a text of its own shows where to look and answers nothing: it comes later.
    """
    seen: dict[object, int] = {}
    moved = []
    for hit in hits:
        parent = _parent(hit.chunk)
        repeats = seen.get(parent, 0)
        if _is_a_heading_alone(hit.chunk):
            repeats = REPEATS_MAX
        else:
            seen[parent] = repeats + 1
        moved.append(replace(hit, score=hit.score - REPEAT * min(repeats, REPEATS_MAX)))
    return sorted(moved, key=lambda hit: (-hit.score, hit.chunk.id))


def _parent(chunk: Chunk) -> object:
    """What a passage shares with its neighbours; itself, where nothing divides the document."""
    place = chunk.place
    if place.row is not None:
        return (chunk.document_id, place.sheet, place.row)
    if not place.headings:
        return chunk.id
    return (chunk.document_id, place.headings[:-1] or place.headings)


def _is_a_heading_alone(chunk: Chunk) -> bool:
    return chunk.place.headings[-1:] == (chunk.text.strip(),)


def _score(question: AskedQuestion, hit: Fused, section_meaning: float) -> float:
    passage = ReadPassage(hit.candidate.chunk, hit.candidate.filename)
    whole = question.whole
    titles = [whole.title(title) for title in passage.titles]
    return (
        hit.score
        + MEANING * hit.meaning
        + SECTION_MEANING * section_meaning
        + SENTENCE * max(map(whole.coverage, passage.vocabularies), default=0.0)
        + FORMS * whole.coverage_by_form(passage.forms)
        + PAIRS * whole.coverage_of_pairs(passage.words)
        + LIKENESS
        * max(
            (part.likeness(there) for part in question.sentences for there in passage.vocabularies),
            default=0.0,
        )
        + TITLE_SHARE * max((share for share, _ in titles), default=0.0)
        + TITLE_WEIGHT * max((share * weight for share, weight in titles), default=0.0)
    )


def _section(candidate: Candidate) -> tuple[object, ...]:
    """A row of a sheet, or all that stands under one outermost heading of a document."""
    place = candidate.chunk.place
    document = candidate.chunk.document_id
    if place.row is not None:
        return (document, place.sheet, place.row)
    return (document, place.headings[:1])
