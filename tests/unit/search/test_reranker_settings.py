"""Which reranker the settings choose."""

import pytest
from pydantic import ValidationError

from mara.platform.settings.reranker import RerankerSettings
from mara.search.adapters.sentence_transformers import CrossEncoderReranker
from mara.search.service.reranking import FeatureReranker
from mara.wiring.search import reranker


def test_weighted_features_are_the_default() -> None:
    assert isinstance(reranker(), FeatureReranker)


def test_a_cross_encoder_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_RERANKER", "cross-encoder")
    with pytest.raises(ValidationError, match="MARA_RERANKER_MODEL"):
        RerankerSettings()


def test_a_cross_encoder_is_built_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_RERANKER", "cross-encoder")
    monkeypatch.setenv("MARA_RERANKER_MODEL", "cross-encoder/ms-marco-MiniLM-L6-v2")
    assert isinstance(reranker(), CrossEncoderReranker)
