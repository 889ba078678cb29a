"""The ranking on the repository's own quality set; every weight of it is needed.

The sections were written so that pairs of them differ in one feature alone: these figures guard the
ranking against mistakes, and say nothing about its quality on other documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import pytest

from mara.agents.model.confidence import ANSWER_AT, confidence_of
from mara.search.adapters.use import UseEmbedder
from mara.search.model import IndexMatches, RankedCandidate, SearchMode
from mara.search.model.matching import QueryAnalysis
from mara.search.service import fusion
from mara.search.service.fusion import fuse
from mara.search.service.reranking import FeatureReranker, RerankingWeights
from mara.search.service.search import SearchService
from tests.support.agents import no_transaction
from tests.support.memory_index import MemoryIndex
from tests.support.quality import CALLER, QualityQuestion, fill, find, questions, unanswered

MEAN_RECIPROCAL_RANK_MIN = 0.96
FIRST_MIN = 54
ANSWERED_MIN, ANSWERED_WRONGLY_MAX = 40, 1
WEIGHTS = [field.name for field in fields(RerankingWeights)]

Rank = Callable[[QualityQuestion, IndexMatches], Sequence[RankedCandidate]]


@pytest.fixture(scope="module")
def index() -> MemoryIndex:
    filled = MemoryIndex()
    fill(filled, UseEmbedder())
    return filled


@pytest.fixture(scope="module")
def asked(index: MemoryIndex) -> list[tuple[QualityQuestion, IndexMatches]]:
    return [(each, find(index, UseEmbedder(), each.question)) for each in questions()]


def reranked(weights: RerankingWeights) -> Rank:
    def rank(each: QualityQuestion, matches: IndexMatches) -> Sequence[RankedCandidate]:
        query = QueryAnalysis(each.question, matches.document_frequencies, matches.chunk_count)
        return FeatureReranker(weights).rerank(query, fuse(matches, SearchMode.HYBRID))

    return rank


def ranks(asked: Sequence[tuple[QualityQuestion, IndexMatches]], rank: Rank) -> list[int]:
    """Of the section that answers, from 1."""
    return [
        next(
            position
            for position, found in enumerate(rank(each, matches), 1)
            if each.is_answered_by(found.candidate.chunk, found.candidate.filename)
        )
        for each, matches in asked
    ]


def mean_reciprocal_rank(found: Sequence[int]) -> float:
    return sum(1 / rank for rank in found) / len(found)


Asked = list[tuple[QualityQuestion, IndexMatches]]


class TestRanking:
    def test_puts_the_section_that_answers_first(self, asked: Asked) -> None:
        found = ranks(asked, reranked(RerankingWeights()))
        print(f"\nMRR {mean_reciprocal_rank(found):.4f}, {found.count(1)} of {len(found)} first")
        assert mean_reciprocal_rank(found) >= MEAN_RECIPROCAL_RANK_MIN
        assert found.count(1) >= FIRST_MIN

    @pytest.mark.parametrize("weight", WEIGHTS)
    def test_gets_worse_without_any_of_its_weights(self, asked: Asked, weight: str) -> None:
        without = ranks(asked, reranked(replace(RerankingWeights(), **{weight: 0.0})))
        assert mean_reciprocal_rank(without) < MEAN_RECIPROCAL_RANK_MIN

    def test_gets_worse_where_words_are_trusted_whatever_they_cover(
        self, asked: Asked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fusion, "_trust", lambda _: 1.0)
        found = ranks(asked, reranked(RerankingWeights()))
        assert mean_reciprocal_rank(found) < MEAN_RECIPROCAL_RANK_MIN


class TestConfidence:
    def test_tells_what_is_answered_from_what_is_not(self, index: MemoryIndex) -> None:
        search = SearchService(index, UseEmbedder(), FeatureReranker(), no_transaction)

        def is_confident(question: str) -> bool:
            result = search.retrieve(CALLER, question)
            best = result.hits[0].chunk.text
            return confidence_of(search.evidence(result), question, best) >= ANSWER_AT

        answered = sum(is_confident(each.question) for each in questions())
        wrongly = sum(map(is_confident, unanswered()))
        print(f"\nconfident: {answered} of {len(questions())}, wrongly {wrongly}")
        assert answered >= ANSWERED_MIN
        assert wrongly <= ANSWERED_WRONGLY_MAX
