"""Choosing and pulling the language model of the local cloud."""

from collections.abc import Iterator

import pytest

from infra.local import language_model
from infra.local.cli import main
from infra.local.language_model import notice, own_ollama, pull
from infra.local.simulators.ollama import Fault, SimulatedOllama, simulated_ollama
from tests.support.ports import free_port


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedOllama]:
    own_ollama.cache_clear()
    monkeypatch.delenv("MARA_LANGUAGE_MODEL", raising=False)
    monkeypatch.delenv("MARA_OLLAMA_URL", raising=False)
    with simulated_ollama(free_port()) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url.removeprefix("http://"))
        yield server
    own_ollama.cache_clear()


class TestPull:
    def test_shows_progress_and_ends_with_the_model(
        self, ollama: SimulatedOllama, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["model", "pull", "small:1b"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("pulling small:1b to http://127.0.0.1:")
        assert lines.count("pulling layer: 50 % of 1000 MB") == 1
        assert len(lines) < 20
        assert lines[-1] == "small:1b is available"
        assert "small:1b" in ollama.models

    def test_pulls_the_configured_model_if_none_is_named(
        self, ollama: SimulatedOllama, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MARA_LANGUAGE_MODEL", "configured:7b")
        assert list(pull(None))[-1] == "configured:7b is available"

    def test_says_that_the_model_does_not_exist(
        self, ollama: SimulatedOllama, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["model", "pull", "nosuch"]) == 1
        assert "nosuch was not pulled: pull model manifest" in capsys.readouterr().err

    @pytest.mark.parametrize("fault", [Fault.REFUSES, Fault.FORBIDDEN])
    def test_says_that_the_server_refuses(self, ollama: SimulatedOllama, fault: Fault) -> None:
        ollama.fault = fault
        with pytest.raises(RuntimeError, match="was not pulled"):
            list(pull("small:1b"))

    def test_needs_a_server(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("OLLAMA_HOST", raising=False)
        with pytest.raises(RuntimeError, match="Set OLLAMA_HOST"):
            list(pull("small:1b"))
        monkeypatch.setenv("OLLAMA_HOST", f"127.0.0.1:{free_port()}")
        with pytest.raises(RuntimeError, match="was not pulled"):
            list(pull("small:1b"))


class TestOwnOllama:
    def test_is_the_first_model_of_the_server(self, ollama: SimulatedOllama) -> None:
        ollama.models = ["a:1", "b:1"]
        assert own_ollama() == (ollama.url, "a:1")

    def test_is_none_without_a_model_or_an_answer(self, ollama: SimulatedOllama) -> None:
        ollama.models = []
        assert own_ollama() is None
        own_ollama.cache_clear()
        ollama.fault = Fault.REFUSES
        assert own_ollama() is None


class TestNotice:
    """What `make up` prints where the named server is not used."""

    def test_is_none_where_the_server_is_used(self, ollama: SimulatedOllama) -> None:
        assert own_ollama() is not None
        assert notice() is None

    def test_is_none_where_no_server_is_named(
        self, ollama: SimulatedOllama, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("OLLAMA_HOST")
        assert notice() is None

    @pytest.mark.parametrize("embedded", [True, False])
    def test_names_the_server_that_does_not_answer(
        self, ollama: SimulatedOllama, monkeypatch: pytest.MonkeyPatch, embedded: bool
    ) -> None:
        where = f"127.0.0.1:{free_port()}"
        monkeypatch.setenv("OLLAMA_HOST", where)
        monkeypatch.setattr(language_model, "is_embedded", lambda: embedded)
        line = notice() or ""
        assert line.startswith(f"No Ollama server answers at http://{where}.")
        assert "\n" not in line
        assert ("built-in model is used" in line) is embedded

    def test_says_that_the_server_has_no_model(self, ollama: SimulatedOllama) -> None:
        ollama.models = []
        assert f"The Ollama server at {ollama.url} has no model." in (notice() or "")

    @pytest.mark.parametrize("raw", ["null", "[]", "3"])
    def test_is_there_where_another_program_answers(
        self, ollama: SimulatedOllama, raw: str
    ) -> None:
        ollama.raw = raw
        assert "No Ollama server answers" in (notice() or "")
