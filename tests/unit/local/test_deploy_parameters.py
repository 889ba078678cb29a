"""Parameters of the template in the local stage, which variables of `make up` set."""

from collections.abc import Iterator

import pytest

from infra.local import language_model
from infra.local.deploy import FROM_ENVIRONMENT, DeployFailed, parameters
from infra.local.env_variables import OF_THE_EARLIER_PROGRAM, OF_THE_LOCAL_CLOUD
from infra.local.package import load_template
from infra.local.simulators.ollama import SimulatedOllama, simulated_ollama
from tests.support.ports import free_port


@pytest.fixture(autouse=True)
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    language_model.own_ollama.cache_clear()
    for name in ("OLLAMA_HOST", "MARA_OLLAMA_URL", "MARA_LANGUAGE_MODEL", *FROM_ENVIRONMENT):
        monkeypatch.delenv(name, raising=False)
    yield
    language_model.own_ollama.cache_clear()


@pytest.fixture
def ollama() -> Iterator[SimulatedOllama]:
    with simulated_ollama(free_port()) as server:
        server.models = ["qwen3:4b"]
        yield server


def test_the_origins_of_browsers_are_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARA_CORS_ORIGINS", raising=False)
    assert "http://localhost:5173" in parameters({})["CorsOrigins"].split(",")
    monkeypatch.setenv("MARA_CORS_ORIGINS", "http://localhost:4321")
    assert parameters({})["CorsOrigins"] == "http://localhost:4321"


@pytest.mark.parametrize(("variable", "parameter"), FROM_ENVIRONMENT.items())
def test_each_variable_sets_a_parameter_of_the_template(
    variable: str, parameter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "7")
    assert parameters({})[parameter] == "7"
    assert parameter in load_template()["Parameters"]


def test_each_variable_is_explained_as_one_of_the_local_cloud() -> None:
    explained = {each.name for each in (*OF_THE_LOCAL_CLOUD, *OF_THE_EARLIER_PROGRAM)}
    assert FROM_ENVIRONMENT.keys() <= explained


class TestJudge:
    @pytest.mark.parametrize("variable", ["OLLAMA_HOST", "MARA_OLLAMA_URL"])
    def test_is_asked_at_the_server_that_is_named(
        self, variable: str, ollama: SimulatedOllama, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_RERANKER", "ollama")
        monkeypatch.setenv("MARA_RERANKER_MODEL", "judge:7b")
        monkeypatch.setenv("MARA_RERANKER_TIMEOUT_S", "9")
        monkeypatch.setenv(variable, ollama.url)
        given = parameters({})
        assert given["OllamaUrl"] == ollama.url
        assert given["LanguageModel"] == "qwen3:4b"
        assert (given["Reranker"], given["RerankerModel"]) == ("ollama", "judge:7b")
        assert given["RerankerTimeoutS"] == "9"

    def test_is_asked_at_the_url_of_its_own_name_where_both_are_named(
        self, ollama: SimulatedOllama, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{free_port()}")
        monkeypatch.setenv("MARA_OLLAMA_URL", ollama.url)
        assert parameters({})["OllamaUrl"] == ollama.url

    def test_needs_a_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_RERANKER", "ollama")
        monkeypatch.setattr(language_model, "is_embedded", lambda: False)
        with pytest.raises(DeployFailed, match="Set OLLAMA_HOST"):
            parameters({})
        language_model.own_ollama.cache_clear()
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{free_port()}")
        with pytest.raises(DeployFailed, match=r"No Ollama server answers at http://127\.0\.0\.1"):
            parameters({})


@pytest.mark.parametrize("model", ["", " "])
def test_a_cross_encoder_needs_a_name(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    monkeypatch.setenv("MARA_RERANKER", "cross-encoder")
    monkeypatch.setenv("MARA_RERANKER_MODEL", model)
    with pytest.raises(DeployFailed, match="Set MARA_RERANKER_MODEL"):
        parameters({})
    monkeypatch.setenv("MARA_RERANKER_MODEL", "cross-encoder/ms-marco-MiniLM-L6-v2")
    assert parameters({})["Reranker"] == "cross-encoder"
