"""One contract for every embedding model."""

import math
from collections.abc import Iterator
from dataclasses import replace
from operator import mul

import pytest

from infra.local.simulators.ollama import simulated_ollama
from mara.search.adapters.ollama_embedder import BATCH, OllamaEmbedder
from mara.search.adapters.sentence_transformers import SentenceTransformersEmbedder
from mara.search.adapters.use import UseEmbedder
from mara.search.errors import EmbeddingUnavailable
from mara.search.model import EmbeddingModel
from mara.search.ports import Embedder
from tests.support import malformed_answers
from tests.support.ollama import embedded_ollama, real_ollama
from tests.support.ports import free_port
from tests.support.transformers import minilm_folder

SMOLLM = EmbeddingModel("smollm2:135m", dimensions=576, tokens_max=2000)
MINILM = EmbeddingModel("all-MiniLM-L6-v2", dimensions=384, tokens_max=256)

pytestmark = pytest.mark.xdist_group("language model")


@pytest.fixture(scope="module", params=["use", "embedded ollama", "real ollama", "transformers"])
def embedder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Embedder]:
    if request.param == "use":
        yield UseEmbedder()
    elif request.param == "embedded ollama":
        with embedded_ollama() as url:
            yield OllamaEmbedder(url, SMOLLM)
    elif request.param == "real ollama":
        with real_ollama(tmp_path_factory.mktemp("ollama")) as url:
            yield OllamaEmbedder(url, SMOLLM)
    else:
        yield SentenceTransformersEmbedder(replace(MINILM, name=str(minilm_folder())))


class TestEmbedders:
    def test_give_unit_vectors_of_their_dimensions_in_order(self, embedder: Embedder) -> None:
        texts = ["Restart the daemon.", "", "Enlarge the volume."]
        vectors = embedder.embed_passages(texts)
        assert [len(vector) for vector in vectors] == [embedder.dimensions] * 3
        for vector in vectors:
            assert math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-3)
        alone = embedder.embed_passages([texts[2]])[0]
        assert math.isclose(sum(map(float.__mul__, alone, vectors[2])), 1.0, rel_tol=1e-2)

    def test_give_nothing_for_nothing(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]) == []

    def test_find_what_is_nearer(self, embedder: Embedder) -> None:
        asked = embedder.embed_query("The disk is full, what do I do?")
        near, far = embedder.embed_passages(
            ["The disk is full: delete old files.", "Tulips bloom in April in the park."]
        )
        assert sum(map(float.__mul__, asked, near)) > sum(map(float.__mul__, asked, far))

    def test_compare_each_word_with_the_nearest_of_the_others(self, embedder: Embedder) -> None:
        words, others = ["disk", "queue"], ["volume", "queue", "the"]
        vectors = dict(zip(words + others, embedder.embed_passages(words + others), strict=True))
        expected = [
            max(sum(map(mul, vectors[word], vectors[other])) for other in others) for word in words
        ]
        for _ in range(2):  # the second time from memory, where there is one
            assert embedder.nearest_cosines(words, others) == pytest.approx(expected, abs=1e-3)
        assert embedder.nearest_cosines([], others) == []

    def test_count_no_fewer_tokens_for_a_longer_text(self, embedder: Embedder) -> None:
        short, long = "Restart the daemon.", "Restart the daemon. " * 50
        assert 0 < embedder.count_tokens(short) < embedder.count_tokens(long)

    def test_name_their_model(self, embedder: Embedder) -> None:
        assert "/" in embedder.model_id


@pytest.fixture(scope="module", params=["embedded", "real"])
def ollama(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    server = (
        embedded_ollama()
        if request.param == "embedded"
        else real_ollama(tmp_path_factory.mktemp("ollama"))
    )
    with server as url:
        yield url


class TestOllamaEmbedder:
    def test_says_with_what_status_the_server_refused(self, ollama: str) -> None:
        with pytest.raises(EmbeddingUnavailable, match="answered 404"):
            OllamaEmbedder(ollama, replace(SMOLLM, name="nosuch:1b")).embed_query("x")

    def test_refuses_a_text_that_the_model_would_cut(self, ollama: str) -> None:
        with pytest.raises(EmbeddingUnavailable, match="answered"):
            OllamaEmbedder(ollama, SMOLLM).embed_query("restart the daemon " * 20_000)

    def test_makes_more_vectors_than_one_request_takes(self, ollama: str) -> None:
        texts = [f"Disk {number}" for number in range(BATCH + 2)]
        embedder = OllamaEmbedder(ollama, SMOLLM)
        vectors = embedder.embed_passages(texts)
        assert len(vectors) == len(texts)
        last = embedder.embed_query(texts[-1])
        assert math.isclose(sum(map(float.__mul__, last, vectors[-1])), 1.0, rel_tol=1e-2)

    def test_asks_no_proxy_of_the_environment(
        self, ollama: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert len(OllamaEmbedder(ollama, SMOLLM).embed_query("x")) == SMOLLM.dimensions

    def test_is_unavailable_where_nobody_listens(self) -> None:
        with pytest.raises(EmbeddingUnavailable):
            OllamaEmbedder(f"http://127.0.0.1:{free_port()}", SMOLLM).embed_query("x")

    @pytest.mark.parametrize(
        "raw", malformed_answers.OF_NO_OBJECT.values(), ids=list(malformed_answers.OF_NO_OBJECT)
    )
    def test_is_unavailable_where_the_answer_is_malformed(self, raw: str) -> None:
        with simulated_ollama(free_port()) as server:
            model = OllamaEmbedder(server.url, replace(SMOLLM, dimensions=2))
            assert model.embed_query("x") == [0.6, 0.8]
            server.raw = raw
            with pytest.raises(EmbeddingUnavailable):
                model.embed_query("x")

    def test_refuses_vectors_of_another_length(self) -> None:
        with embedded_ollama() as url, pytest.raises(EmbeddingUnavailable, match="numbers"):
            OllamaEmbedder(url, replace(SMOLLM, dimensions=100)).embed_query("x")

    def test_has_another_identity_with_other_prefixes(self) -> None:
        plain = OllamaEmbedder("", SMOLLM)
        prefixed = OllamaEmbedder("", replace(SMOLLM, query_prefix="query: "))
        assert plain.model_id != prefixed.model_id
