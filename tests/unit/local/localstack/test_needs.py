"""Functions get addresses that containers can reach, and secrets that stay."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local import secret_store
from infra.local.language_model import own_ollama
from infra.local.localstack.needs import Needs, seen_from_containers, write_secrets
from infra.local.localstack.stage import STAGE, Choices
from infra.local.settings import load_secrets, ports
from infra.local.simulators import aptos
from infra.local.simulators.ollama import SimulatedOllama, simulated_ollama
from infra.local.simulators.serving import served
from tests.support.aws import aws_of_moto
from tests.support.ports import free_port, free_ports

BRIDGE = "172.17.0.1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARA_HOME", str(tmp_path))


@pytest.fixture
def no_ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    own_ollama.cache_clear()
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    yield
    own_ollama.cache_clear()


@pytest.fixture
def ollama(no_ollama: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedOllama]:
    with simulated_ollama(free_port()) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        yield server


@pytest.fixture
def store() -> Iterator[Any]:
    with aws_of_moto():
        yield boto3.client("secretsmanager", region_name="eu-west-1")


def needs(*, uses_compose: bool = False) -> Needs:
    return Needs(BRIDGE, Choices(uses_compose=uses_compose))


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "seen"),
        [
            ("http://127.0.0.1:8107/v1", f"http://{BRIDGE}:8107/v1"),
            ("http://localhost:11434", f"http://{BRIDGE}:11434"),
            ("http://localhost", f"http://{BRIDGE}:80"),
            ("http://gpu.example:11434", "http://gpu.example:11434"),
            ("http://10.0.0.7:11434", "http://10.0.0.7:11434"),
        ],
    )
    def test_of_servers_on_loopback_are_those_of_the_bridge(self, url: str, seen: str) -> None:
        assert seen_from_containers(url, BRIDGE) == seen

    def test_of_an_ollama_on_loopback_are_forwarded(self, ollama: SimulatedOllama) -> None:
        port = int(ollama.url.rsplit(":", 1)[1])
        assert needs().model_parameters()["OllamaUrl"] == f"http://{BRIDGE}:{port}"
        assert needs().forwarded_ports() == [port]
        assert not needs(uses_compose=True).runs_ollama

    @pytest.mark.usefixtures("no_ollama")
    def test_of_containers_are_their_names(self) -> None:
        composed = needs(uses_compose=True)
        assert composed.runs_ollama
        assert composed.forwarded_ports() == []
        assert composed.model_parameters()["OllamaUrl"] == "http://ollama:11434"
        assert "@postgres:5432/mara" in composed.secret_values()["database"]
        assert "@127.0.0.1:5432/mara" in composed.owner_url

    @pytest.mark.usefixtures("no_ollama")
    def test_of_chains_are_in_their_secret(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MARA_PORT_BASE", str(free_ports(8)))
        with served(aptos.make_app(aptos.Ledger()), ports().aptos):
            values = needs().secret_values()
            urls = json.loads(values["chains"])["aptos"]["urls"]
            assert urls == [f"http://{BRIDGE}:{ports().aptos}/v1"]
            assert ("aptos", BRIDGE, ports().aptos) in needs().servers(values)
            assert ("PostgreSQL", BRIDGE, ports().postgres) in needs().servers(values)


VALUES = {"database": "postgresql://one", "chains": "{}"}


class TestDatabase:
    @pytest.mark.parametrize("uses_compose", [True, False])
    def test_has_a_password_for_each_role(self, uses_compose: bool) -> None:
        own, secrets = needs(uses_compose=uses_compose), load_secrets()
        assert own.owner_url.startswith(f"postgresql://mara_owner:{secrets.owner_password}@")
        functions = own.secret_values()["database"]
        assert functions.startswith(f"postgresql://mara_app:{secrets.app_password}@")
        assert secrets.owner_password != secrets.app_password


class TestSecrets:
    def test_are_written_once_and_those_of_tokens_are_kept(self, store: Any) -> None:
        revision = write_secrets(store, VALUES)
        tokens = secret_store.get(store, STAGE, "tokens")
        assert write_secrets(store, VALUES) == revision
        assert secret_store.get(store, STAGE, "tokens") == tokens
        assert secret_store.get(store, STAGE, "database") == "postgresql://one"

    def test_that_changed_are_replaced_and_read_again(self, store: Any) -> None:
        revision = write_secrets(store, VALUES)
        assert write_secrets(store, {**VALUES, "database": "postgresql://two"}) != revision
        assert secret_store.get(store, STAGE, "database") == "postgresql://two"
