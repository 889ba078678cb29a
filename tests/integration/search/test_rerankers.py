"""One contract for every reranker, and the quality set by each embedder."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from infra.local.simulators.ollama import simulated_ollama
from mara.extraction.model import Place
from mara.search.adapters.ollama_judge import OllamaJudge
from mara.search.adapters.ollama_reranker import FALLBACKS_METRIC, OllamaReranker
from mara.search.adapters.sentence_transformers import (
    CrossEncoderReranker,
    SentenceTransformersEmbedder,
)
from mara.search.adapters.use import UseEmbedder
from mara.search.model import Candidate, Chunk, EmbeddingModel, RankedCandidate, SearchMode
from mara.search.model.matching import QueryAnalysis
from mara.search.ports import Embedder, Reranker
from mara.search.service.fusion import fuse
from mara.search.service.reranking import DEPTH, FeatureReranker
from tests.support.judges import grading
from tests.support.memory_index import MemoryIndex
from tests.support.ollama import embedded_ollama, real_ollama
from tests.support.ports import free_port
from tests.support.quality import fill, find, questions
from tests.support.transformers import cross_encoder_of_minilm, minilm_folder

PATIENT_S = 300.0
FIRST_MIN = {"use": 52, "minilm": 46}
"""Of the 57 questions of the quality set; MiniLM knows English only."""


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder_of_minilm(tmp_path_factory.mktemp("model"))


@pytest.fixture(
    scope="module",
    params=["features", "cross-encoder", "simulated judge", "embedded judge", "real judge"],
)
def reranker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reranker]:
    if request.param == "features":
        yield FeatureReranker()
    elif request.param == "cross-encoder":
        yield CrossEncoderReranker(str(request.getfixturevalue("cross_encoder")))
    elif request.param == "simulated judge":
        with simulated_ollama(free_port()) as simulated:
            simulated.answers = grading(lambda text: len(text) % 4)
            yield judge_at(simulated.url)
    elif request.param == "embedded judge":
        with embedded_ollama() as url:
            yield judge_at(url)
    else:
        with real_ollama(tmp_path_factory.mktemp("ollama")) as url:
            yield judge_at(url)


def judge_at(url: str) -> Reranker:
    """A judge with more time than an answer takes on a busy machine."""
    return OllamaReranker(OllamaJudge(url, "smollm2:135m", 4096, PATIENT_S))


def ranked(count: int) -> list[RankedCandidate]:
    found = []
    for number in range(count):
        chunk = Chunk(UUID(int=number), UUID(int=0), number, f"Pump {number} is red.", Place())
        candidate = Candidate(chunk, "a.txt", 1.0, 0.5, 0.5)
        found.append(RankedCandidate(candidate, -float(number) / 10, 0.1))
    return found


class TestRerankers:
    def test_keep_every_candidate_and_never_let_scores_increase(self, reranker: Reranker) -> None:
        before = ranked(DEPTH + 5)
        after = reranker.rerank(QueryAnalysis("Which pump is red?", {"pump": 45}, 45), before)
        ids = [each.candidate.chunk.id for each in after]
        assert sorted(ids) == sorted(each.candidate.chunk.id for each in before)
        assert ids[DEPTH:] == [each.candidate.chunk.id for each in before[DEPTH:]]
        scores = [each.score for each in after]
        assert scores == sorted(scores, reverse=True)

    def test_give_one_order_whatever_is_asked_before(self, reranker: Reranker) -> None:
        query = QueryAnalysis("Which pump is red?", {}, 45)
        first = reranker.rerank(query, ranked(10))
        reranker.rerank(QueryAnalysis("Is 3 red?", {}, 45), ranked(10))
        assert reranker.rerank(query, ranked(10)) == first

    def test_give_nothing_for_nothing(self, reranker: Reranker) -> None:
        assert reranker.rerank(QueryAnalysis("pump", {}, 0), []) == []

    def test_take_a_single_candidate(self, reranker: Reranker) -> None:
        (only,) = reranker.rerank(QueryAnalysis("pump", {}, 1), ranked(1))
        assert only.candidate.chunk.ordinal == 0

    def test_use_their_model(self, reranker: Reranker, capsys: pytest.CaptureFixture[str]) -> None:
        reranker.rerank(QueryAnalysis("Which pump is red?", {}, 45), ranked(3))
        assert FALLBACKS_METRIC not in capsys.readouterr().out


class TestCrossEncoder:
    def test_orders_by_the_model_where_the_fused_scores_are_equal(
        self, cross_encoder: Path
    ) -> None:
        from sentence_transformers import CrossEncoder

        texts = ["Open the valve.", "The pump is red.", "Tulips bloom.", "Ring the bell."]
        candidates = [
            RankedCandidate(
                Candidate(Chunk(UUID(int=n), UUID(int=0), n, text, Place()), "1.txt", 1, 1, 1), 0.0
            )
            for n, text in enumerate(texts)
        ]
        query = "Which pump is red?"
        logits = CrossEncoder(str(cross_encoder), device="cpu").predict([(query, t) for t in texts])
        expected = sorted(range(len(texts)), key=lambda n: -logits[n])
        found = CrossEncoderReranker(str(cross_encoder)).rerank(
            QueryAnalysis(query, {}, 4), candidates
        )
        assert [each.candidate.chunk.ordinal for each in found] == expected


class TestQuality:
    @pytest.mark.parametrize("model", ["use", "minilm"])
    def test_of_each_embedder_with_the_features(self, model: str) -> None:
        embedder: Embedder = UseEmbedder()
        if model == "minilm":
            minilm = EmbeddingModel(str(minilm_folder()), dimensions=384, tokens_max=256)
            embedder = SentenceTransformersEmbedder(minilm)
        first = answered_first(embedder, FeatureReranker())
        print(f"\n{model}, features: {first} of {len(questions())} first")
        assert first >= FIRST_MIN[model]


def answered_first(embedder: Embedder, reranker: Reranker) -> int:
    index = MemoryIndex()
    fill(index, embedder)
    count = 0
    for each in questions():
        matches = find(index, embedder, each.question)
        query = QueryAnalysis(each.question, matches.document_frequencies, matches.chunk_count)
        best = reranker.rerank(query, fuse(matches, SearchMode.HYBRID))[0].candidate
        count += each.is_answered_by(best.chunk, best.filename)
    return count


def test_skips_are_for_a_missing_package_alone() -> None:
    """Where sentence-transformers is installed, a skipped test would hide that it does not work."""
    if importlib.util.find_spec("sentence_transformers") and importlib.util.find_spec("torch"):
        assert minilm_folder().is_dir()
