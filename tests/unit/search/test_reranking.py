"""What each feature of the reranker prefers, and how repeats of one section give way."""

from collections.abc import Sequence
from dataclasses import fields, replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.extraction.model import Place
from mara.search.model import Candidate, Chunk, Hit, RankedCandidate
from mara.search.model.bm25 import idf
from mara.search.model.matching import QueryAnalysis
from mara.search.service.reranking import (
    DEPTH,
    FeatureReranker,
    RerankingWeights,
    append_tail,
    diversify,
)

FILE = "0.txt"
DEFAULT = RerankingWeights()
NO_WEIGHTS = RerankingWeights(**{field.name: 0.0 for field in fields(RerankingWeights)})


def ranked(
    number: int,
    text: str,
    *,
    headings: tuple[str, ...] = (),
    score: float = 0.0,
    semantic_z: float = 0.0,
    row: int | None = None,
    document: int = 0,
) -> RankedCandidate:
    place = Place(headings=headings, row=row)
    chunk = Chunk(UUID(int=number), UUID(int=document or number), 0, text, place)
    return RankedCandidate(Candidate(chunk, FILE, None, None, 0.0), score, semantic_z)


def numbers(found: Sequence[RankedCandidate]) -> list[int]:
    return [each.candidate.chunk.id.int for each in found]


def rerank(
    query: str, candidates: Sequence[RankedCandidate], weights: RerankingWeights = DEFAULT
) -> list[int]:
    return numbers(FeatureReranker(weights).rerank(QueryAnalysis(query, {}, 1000), candidates))


PAIRS = {
    "sentence_coverage": (
        "red valve closed, pump opened",
        ranked(1, "A red door. The valve is old. It closed late. One pump works. Lid opened."),
        ranked(2, "Keep the red paint near the valve that is closed while some pump is opened."),
    ),
    "exact_form": (
        "замена фильтра насоса",
        ranked(1, "Замены фильтров насосов."),
        ranked(2, "Замена фильтра насоса."),
    ),
    "bigram": (
        "fuel pump pressure",
        ranked(1, "Fuel goes where it must, as the pump has not had any pressure."),
        ranked(2, "The fuel pump pressure."),
    ),
    "sentence_similarity": (
        "Who inspects extinguishers?",
        ranked(1, "The mate inspects extinguishers, hoses, axes, lamps, boats, masts and anchors."),
        ranked(2, "The mate inspects extinguishers."),
    ),
    "title_coverage": (
        "anchor winch",
        ranked(1, "Two people.", headings=("Anchor winch brake",)),
        ranked(2, "Two people.", headings=("Anchor winch",)),
    ),
    "title_idf": (
        "bow thruster alarm",
        ranked(1, "Two people.", headings=("Alarm",)),
        ranked(2, "Two people.", headings=("Bow thruster",)),
    ),
    "semantic": (
        "anything",
        ranked(1, "Two people.", document=9, headings=("A",)),
        ranked(2, "Two people.", document=9, headings=("A",), semantic_z=2.0),
    ),
    "section_semantic": (
        "anything",
        ranked(1, "Two people.", document=8, headings=("A",)),
        ranked(2, "Two people.", document=9, headings=("A", "B")),
    ),
}
"""Of each weight: a query, a passage, and the one that the feature prefers to it."""
NEIGHBOUR = ranked(3, "Three.", document=9, headings=("A", "C"), semantic_z=2.0, score=-9.0)
"""In the section of the second passage of ``section_semantic``."""


class TestFeatures:
    @pytest.mark.parametrize("weight", PAIRS)
    def test_prefers_by_each_weight_alone(self, weight: str) -> None:
        query, worse, better = PAIRS[weight]
        alone = replace(NO_WEIGHTS, **{weight: getattr(DEFAULT, weight)})
        others = [NEIGHBOUR] if weight == "section_semantic" else []
        assert rerank(query, [worse, better, *others], NO_WEIGHTS)[0] == 1
        assert rerank(query, [worse, better, *others], alone)[0] == 2
        assert rerank(query, [worse, better, *others])[0] == 2

    @pytest.mark.parametrize(
        ("weight", "expected"),
        [
            ("sentence_coverage", 5.0),
            ("exact_form", 2.0),
            ("bigram", 6.0),
            ("sentence_similarity", 2.0),
            ("title_coverage", 5.0),
            ("title_idf", 2 * idf(0, 1000)),
            ("semantic", 0.5 * 3),
            ("section_semantic", 1.0 * 3),
        ],
    )
    def test_adds_each_weight_in_full_to_a_passage_that_is_the_query(
        self, weight: str, expected: float
    ) -> None:
        """The weights are tuned: their values are data, which no other test holds."""
        passage = ranked(1, "Blorp snark.", headings=("Blorp snark",), semantic_z=3.0, score=7.0)
        alone = replace(NO_WEIGHTS, **{weight: getattr(DEFAULT, weight)})
        query = QueryAnalysis("blorp snark", {}, 1000)
        (found,) = FeatureReranker(alone).rerank(query, [passage])
        assert found.score == pytest.approx(7.0 + expected)

    def test_adds_nothing_to_a_passage_without_words_and_titles(self) -> None:
        found = FeatureReranker().rerank(
            QueryAnalysis("blorp snark", {}, 1000), [ranked(1, "", score=7.0)]
        )
        assert [each.score for each in found] == [7.0]

    def test_takes_the_best_of_a_section_wherever_it_is(self) -> None:
        alone = FeatureReranker(replace(NO_WEIGHTS, section_semantic=1.0))
        ranks = [
            ranked(n, "Two.", document=9, headings=("A",), semantic_z=z)
            for n, z in ((1, -3.0), (2, -1.0), (3, -2.0))
        ]
        found = alone.rerank(QueryAnalysis("anything", {}, 1000), ranks)
        assert [each.score for each in found] == [-1.0] * 3

    def test_has_a_case_for_every_weight(self) -> None:
        assert set(PAIRS) == {field.name for field in fields(RerankingWeights)}

    def test_adds_the_features_to_the_fused_score(self) -> None:
        query, worse, better = PAIRS["bigram"]
        assert rerank(query, [replace(worse, score=100.0), better])[0] == 1

    def test_shares_the_meaning_of_a_row_with_its_other_passages(self) -> None:
        said = ranked(1, "Two.", row=7, document=9, semantic_z=3.0)
        same_row = ranked(3, "Three.", row=7, document=9)
        other_row = ranked(2, "Three.", row=8, document=9)
        assert rerank("anything", [said, other_row, same_row]) == [1, 3, 2]


class TestTail:
    def test_stays_behind_the_head_in_its_order(self) -> None:
        head = [ranked(n, "Nothing.", score=-float(n)) for n in range(1, DEPTH + 1)]
        tail = [ranked(n, "fuel pump", score=50.0 - n) for n in range(DEPTH + 1, DEPTH + 4)]
        found = FeatureReranker().rerank(QueryAnalysis("fuel pump", {}, 1000), [*head, *tail])
        assert numbers(found) == list(range(1, DEPTH + 4))
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        assert scores[DEPTH] - scores[DEPTH + 1] == pytest.approx(1.0)

    def test_is_not_shifted_where_it_is_behind_the_head_already(self) -> None:
        head = [ranked(n, "Nothing.", score=50.0 - n) for n in range(1, 41)]
        tail = [ranked(41, "fuel pump", score=9.5), ranked(42, "fuel pump", score=2.0)]
        found = FeatureReranker(NO_WEIGHTS).rerank(QueryAnalysis("fuel", {}, 1000), [*head, *tail])
        assert [each.score for each in found[-3:]] == [10.0, 9.5, 2.0]

    def test_keeps_its_scores_where_nothing_is_before_it(self) -> None:
        tail = [ranked(1, "One.", score=3.0), ranked(2, "Two.", score=2.0)]
        assert append_tail([], tail) == tail

    def test_is_what_follows_forty_candidates(self) -> None:
        ranks = [ranked(n, "Nothing.", score=-n / 10) for n in range(1, 41)]
        better = ranked(41, "The fuel pump.", score=-4.1)
        query = QueryAnalysis("fuel pump", {}, 1000)
        assert numbers(FeatureReranker().rerank(query, [*ranks[:39], better])) == [
            41,
            *range(1, 40),
        ]
        assert numbers(FeatureReranker().rerank(query, [*ranks, better]))[-1] == 41

    def test_is_all_there_is_of_nothing(self) -> None:
        assert FeatureReranker().rerank(QueryAnalysis("fuel", {}, 0), []) == []


def hit(number: int, score: float, *headings: str, text: str = "Text.", row: int = 0) -> Hit:
    place = Place(headings=headings, row=row or None)
    return Hit(Chunk(UUID(int=number), UUID(int=0), number, text, place), "a.md", score)


def order(hits: Sequence[Hit]) -> list[int]:
    return [each.chunk.id.int for each in diversify(hits)]


class TestDiversify:
    def test_puts_another_section_before_a_repeat(self) -> None:
        hits = [hit(1, 9.0, "A", "a"), hit(2, 8.0, "A", "b"), hit(3, 7.0, "B", "c")]
        assert order(hits) == [1, 3, 2]

    def test_keeps_a_repeat_that_is_much_better(self) -> None:
        hits = [hit(1, 9.0, "A", "a"), hit(2, 8.0, "A", "b"), hit(3, 5.0, "B", "c")]
        assert order(hits) == [1, 2, 3]

    def test_takes_away_no_more_than_the_maximum(self) -> None:
        hits = [hit(n, 9.0 - n / 10, "A", str(n)) for n in range(6)]
        lost = {h.chunk.ordinal: h.score for h in diversify(hits)}
        for n in range(6):
            assert lost[n] == pytest.approx(9.0 - n / 10 - 2.0 * min(n, 2))

    def test_takes_a_bare_heading_for_no_answer(self) -> None:
        hits = [hit(1, 9.0, "A", text="A"), hit(2, 8.0, "A", "b"), hit(3, 5.5, "C", "c")]
        assert order(hits) == [2, 3, 1]

    def test_takes_a_bare_heading_for_no_passage_of_its_section(self) -> None:
        hits = [hit(1, 9.0, "A", "a", text="a"), hit(2, 8.0, "A", "b"), hit(3, 7.0, "B", "c")]
        scores = {each.chunk.ordinal: each.score for each in diversify(hits)}
        assert scores == {1: 5.0, 2: 8.0, 3: 7.0}

    def test_takes_passages_of_one_heading_for_repeats(self) -> None:
        assert order([hit(1, 9.0, "A"), hit(2, 8.0, "A"), hit(3, 7.0, "B")]) == [1, 3, 2]

    def test_takes_rows_of_two_sheets_or_documents_for_no_repeats(self) -> None:
        def of(number: int, sheet: str, document: int) -> Hit:
            chunk = Chunk(
                UUID(int=number), UUID(int=document), number, "Text.", Place(sheet=sheet, row=1)
            )
            return Hit(chunk, "a.xlsx", 9.0 - number)

        assert order([of(1, "a", 1), of(2, "b", 1), of(3, "a", 2)]) == [1, 2, 3]
        assert order([of(1, "a", 1), of(2, "a", 1), of(3, "a", 2)]) == [1, 3, 2]

    def test_orders_hits_of_one_score_by_their_id(self) -> None:
        assert order([hit(2, 9.0, "A", "a"), hit(1, 9.0, "B", "b")]) == [1, 2]

    def test_takes_passages_of_one_row_for_repeats(self) -> None:
        assert order([hit(1, 9.0, row=1), hit(2, 8.0, row=1), hit(3, 7.0, row=2)]) == [1, 3, 2]

    def test_sees_no_repeats_where_nothing_divides_the_document(self) -> None:
        hits = [hit(1, 9.0), hit(2, 8.9), hit(3, 8.8)]
        assert diversify(hits) == hits

    def test_takes_the_heading_above_the_innermost_one_for_the_section(self) -> None:
        """Passages under two chapters of one book are no repeats."""
        hits = [hit(1, 9.0, "Book", "I", "a"), hit(2, 8.5, "Book", "I", "b")]
        other = hit(3, 8.0, "Book", "II", "c")
        assert order([*hits, other]) == [1, 3, 2]
        assert diversify([hits[0], other]) == [hits[0], other]

    @given(st.lists(st.tuples(st.floats(-9, 9), st.sampled_from("ABC")), max_size=12))
    def test_loses_no_hit(self, drawn: list[tuple[float, str]]) -> None:
        hits = [hit(n, score, heading, "x") for n, (score, heading) in enumerate(drawn)]
        assert sorted(order(hits)) == list(range(len(hits)))
