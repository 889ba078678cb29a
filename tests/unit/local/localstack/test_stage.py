"""The stage has a folder and ports of its own, beside those of the local cloud."""

import json
import os
from pathlib import Path

import pytest

from infra.local.cli import main
from infra.local.localstack import stage
from infra.local.localstack.aws import environment
from infra.local.settings import ports, state_dir


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    monkeypatch.setenv("MARA_PORT_BASE", "8000")
    return tmp_path


def test_its_folder_and_ports_are_not_those_of_the_local_cloud(home: Path) -> None:
    stage.enter(9100)
    stage.enter(9100)
    assert state_dir() == home / "localstack"
    assert ports().front == 9100


def test_later_commands_know_the_options_of_up(home: Path) -> None:
    choices = stage.Choices("http://127.0.0.1:4567", uses_compose=False, port_base=9200)
    stage.enter(choices.port_base)
    stage.remember(choices)
    stage.enter(8000)
    assert stage.remembered() == choices
    assert ports().front == 9200
    assert choices.layers_dir == home / "localstack" / "layers"


def test_options_of_another_version_are_ignored(home: Path) -> None:
    choices = stage.Choices(port_base=9300)
    stage.enter(choices.port_base)
    stage.remember(choices)
    file = home / "localstack" / stage.CHOICES_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), "region": "eu", "layers": "/l"}))
    assert stage.remembered() == stage.Choices(port_base=9300, layers="/l")


def test_without_an_up_the_environment_stays_as_it_is() -> None:
    before = dict(os.environ)
    assert stage.remembered() is None
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [("status", 1, "not deployed"), ("down", 0, "nothing was deployed")],
)
def test_without_an_up_the_commands_say_so(
    command: str, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["localstack", command]) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize("options", [[], ["--url", "http://127.0.0.1:1"]])
def test_without_docker_up_says_what_is_missing(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["localstack", "up", *options]) == 1
    assert "Docker is missing" in capsys.readouterr().err


def test_programs_know_no_account_but_that_of_localstack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-a-real-account")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example")
    given = environment("http://127.0.0.1:4566")
    aws = {name: value for name, value in given.items() if name.startswith("AWS_")}
    assert aws.keys().isdisjoint({"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"})
    assert (aws["AWS_ENDPOINT_URL"], aws["AWS_CONFIG_FILE"]) == (
        "http://127.0.0.1:4566",
        "/dev/null",
    )
