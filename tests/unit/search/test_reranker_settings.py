"""Which reranker the settings choose."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from infra.local.simulators.ollama import simulated_ollama
from mara.extraction.model import Place
from mara.platform.settings.reranker import RerankerSettings
from mara.search.adapters.ollama_reranker import OllamaReranker
from mara.search.adapters.sentence_transformers import CrossEncoderReranker
from mara.search.model import Candidate, Chunk, RankedCandidate
from mara.search.model.matching import QueryAnalysis
from mara.search.service.reranking import FeatureReranker
from mara.wiring.search import reranker
from tests.support.ports import free_port


def test_weighted_features_are_the_default() -> None:
    assert isinstance(reranker(), FeatureReranker)


@pytest.mark.parametrize("model", ["", "  "])
def test_a_cross_encoder_needs_a_model(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.setenv("MARA_RERANKER", "cross-encoder")
    monkeypatch.setenv("MARA_RERANKER_MODEL", model)
    with pytest.raises(ValidationError, match="MARA_RERANKER_MODEL"):
        RerankerSettings()


def test_a_cross_encoder_is_built_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_RERANKER", "cross-encoder")
    monkeypatch.setenv("MARA_RERANKER_MODEL", "cross-encoder/ms-marco-MiniLM-L6-v2")
    assert isinstance(reranker(), CrossEncoderReranker)


def test_a_judge_needs_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_RERANKER", "ollama")
    monkeypatch.delenv("MARA_OLLAMA_URL", raising=False)
    with pytest.raises(ValidationError, match="MARA_OLLAMA_URL"):
        RerankerSettings()


@pytest.mark.parametrize(("named", "asked"), [("", "qwen2.5:7b"), ("judge:3b", "judge:3b")])
def test_a_judge_is_the_named_model_or_the_language_model(
    monkeypatch: pytest.MonkeyPatch, named: str, asked: str
) -> None:
    with simulated_ollama(free_port()) as simulated:
        monkeypatch.setenv("MARA_RERANKER", "ollama")
        monkeypatch.setenv("MARA_RERANKER_MODEL", named)
        monkeypatch.setenv("MARA_OLLAMA_URL", simulated.url)
        monkeypatch.setenv("MARA_CONTEXT_TOKENS", "4096")
        judge = reranker()
        assert isinstance(judge, OllamaReranker)
        chunk = Chunk(UUID(int=1), UUID(int=2), 0, "The red pump.", Place())
        candidate = RankedCandidate(Candidate(chunk, "a.txt", 1.0, 0.5, 0.5), 1.0)
        judge.rerank(QueryAnalysis("Which pump?", {}, 1), [candidate])
        (request,) = simulated.asked
        assert (request["model"], request["options"]["num_ctx"]) == (asked, 4096)
