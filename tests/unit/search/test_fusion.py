"""Two legs into one ranking."""

import math
from collections.abc import Sequence
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.extraction.model import Place
from mara.search.model import Candidate, Chunk, IndexMatches, ScoreDistribution, SearchMode
from mara.search.service.fusion import COVERAGE_IGNORED, COVERAGE_TRUSTED, fuse


def leg(number: int, lexical: float | None, coverage: float, semantic: float | None) -> Candidate:
    chunk = Chunk(UUID(int=number), UUID(int=0), number, "text", Place())
    return Candidate(chunk, "a.txt", lexical, semantic, coverage)


scores = st.floats(min_value=0, max_value=50)
legs = st.lists(
    st.builds(
        leg,
        number=st.integers(min_value=0, max_value=1000),
        lexical=st.none() | scores,
        coverage=st.floats(min_value=0, max_value=1),
        semantic=st.none() | st.floats(min_value=-1, max_value=1),
    ),
    max_size=20,
    unique_by=lambda found: found.chunk.id,
)


def spread(values: Sequence[float]) -> ScoreDistribution:
    mean = math.fsum(values) / max(len(values), 1)
    squares = math.fsum((value - mean) ** 2 for value in values) / max(len(values), 1)
    return ScoreDistribution(mean, math.sqrt(squares))


def order(candidates: list[Candidate], mode: SearchMode = SearchMode.HYBRID) -> list[int]:
    """As if the candidates were all that was searched."""
    by_number = sorted(candidates, key=lambda found: found.chunk.id)
    lexical = spread([found.lexical or 0.0 for found in by_number])
    semantic = spread([found.semantic or 0.0 for found in by_number])
    found = IndexMatches(candidates, len(candidates), {}, lexical, semantic)
    return [fused.candidate.chunk.id.int for fused in fuse(found, mode)]


class TestFuse:
    def test_ranks_by_both_legs(self) -> None:
        found = [leg(1, 9.0, 0.9, 0.2), leg(2, 8.0, 0.8, 0.7), leg(3, None, 0.0, 0.6)]
        assert order(found)[0] == 2

    def test_lets_a_leg_without_shared_words_say_nothing(self) -> None:
        # A number in common with the wrong chunk; weighed in full, it would win by 2.15 to 0.86.
        found = [
            leg(1, 12.0, COVERAGE_IGNORED, 0.5),
            leg(2, None, 0.0, 0.8),
            leg(3, None, 0.0, 0.1),
            leg(4, None, 0.0, 0.1),
        ]
        assert order(found)[0] == 2
        assert order([leg(1, 12.0, COVERAGE_TRUSTED, 0.5), *found[1:]])[0] == 1

    def test_trusts_words_the_more_they_cover(self) -> None:
        def lead(coverage: float) -> float:
            """By how much the chunk with the words is ahead of the one that means the same."""
            found = [leg(1, 12.0, coverage, 0.5), leg(2, None, 0.0, 0.8), leg(3, None, 0.0, 0.1)]
            lexical, semantic = spread([12.0, 0.0, 0.0]), spread([0.5, 0.8, 0.1])
            matches = IndexMatches(found, 3, {}, lexical, semantic)
            scores = {f.candidate.chunk.id.int: f.score for f in fuse(matches, SearchMode.HYBRID)}
            return scores[1] - scores[2]

        middle = (COVERAGE_IGNORED + COVERAGE_TRUSTED) / 2
        assert lead(0.0) == lead(COVERAGE_IGNORED)
        assert lead(middle) == pytest.approx((lead(0.0) + lead(1.0)) / 2)
        assert lead(COVERAGE_TRUSTED) == pytest.approx(lead(1.0))
        assert lead(1.0) - lead(0.0) == pytest.approx(12.0 / spread([12.0, 0.0, 0.0]).deviation)

    def test_adds_the_deviations_from_the_mean_of_each_leg(self) -> None:
        found = [leg(1, 9.0, 1.0, 0.2), leg(2, None, 0.0, 0.8), leg(3, 6.0, 1.0, None)]
        lexical, semantic = ScoreDistribution(5.0, 2.0), ScoreDistribution(0.4, 0.2)
        fused = fuse(IndexMatches(found, 3, {}, lexical, semantic), SearchMode.HYBRID)
        assert [each.candidate.chunk.id.int for each in fused] == [1, 2, 3]
        assert [each.score for each in fused] == pytest.approx([2.0 - 1.0, -2.5 + 2.0, 0.5 - 2.0])
        assert [each.semantic_z for each in fused] == pytest.approx([-1.0, 2.0, -2.0])

    @pytest.mark.parametrize(("deviation", "score"), [(0.0, 0.0), (9e-10, 0.0), (1e-9, 1.0)])
    def test_ignores_a_leg_whose_deviation_is_a_rounding_error(
        self, deviation: float, score: float
    ) -> None:
        found = [leg(1, None, 1.0, 1e-9)]
        semantic = ScoreDistribution(0.0, deviation)
        (fused,) = fuse(
            IndexMatches(found, 1, {}, ScoreDistribution(), semantic), SearchMode.HYBRID
        )
        assert fused.score == pytest.approx(score)

    @pytest.mark.parametrize(
        ("coverage", "trust"), [(0.0, 0.0), (0.05, 0.0), (0.175, 0.5), (0.3, 1.0), (1.0, 1.0)]
    )
    def test_trusts_words_from_five_to_thirty_percent(self, coverage: float, trust: float) -> None:
        found = [leg(1, 2.0, coverage, None), leg(2, 1.0, 0.0, None)]
        matches = IndexMatches(found, 2, {}, ScoreDistribution(1.0, 1.0))
        assert fuse(matches, SearchMode.HYBRID)[0].score == pytest.approx(trust)
        assert fuse(matches, SearchMode.HYBRID)[1].score == pytest.approx(0.0)

    def test_gives_the_scores_of_one_leg_in_its_mode(self) -> None:
        found = [leg(1, 4.0, 1.0, 0.2), leg(2, 0.0, 0.0, 0.0), leg(3, None, 0.0, None)]
        matches = IndexMatches(found, 3, {}, ScoreDistribution(1.0, 1.0))
        for mode, best in ((SearchMode.LEXICAL, 4.0), (SearchMode.SEMANTIC, 0.2)):
            fused = [(each.candidate.chunk.id.int, each.score) for each in fuse(matches, mode)]
            assert fused == [(1, best), (2, 0.0)]

    def test_ranks_nothing_of_nothing(self) -> None:
        assert [fuse(IndexMatches(), mode) for mode in SearchMode] == [[], [], []]

    def test_ranks_by_words_alone_where_no_vector_is(self) -> None:
        found = [leg(1, 1.0, 0.5, None), leg(2, 4.0, 0.9, None), leg(3, None, 0.0, None)]
        assert order(found) == [2, 1, 3]

    def test_gives_only_chunks_with_the_words_in_lexical_mode(self) -> None:
        found = [leg(1, None, 0.0, 0.9), leg(2, 4.0, 0.9, 0.1)]
        assert order(found, SearchMode.LEXICAL) == [2]
        assert order(found, SearchMode.SEMANTIC) == [1, 2]

    @given(legs, st.sampled_from(SearchMode), st.randoms())
    def test_gives_one_order_however_the_rows_come(
        self, found: list[Candidate], mode: SearchMode, random: Random
    ) -> None:
        """Invariant 13: raising the limit never removes a hit, since the order is one."""
        shuffled = list(found)
        random.shuffle(shuffled)
        assert order(found, mode) == order(shuffled, mode)
