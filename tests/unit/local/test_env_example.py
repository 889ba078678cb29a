"""`.env.example` holds every setting, and .env is read."""

import os
import re
from pathlib import Path

import pytest

from infra.local import env_variables
from infra.local.env_example import TARGET, groups, render, settings_classes
from infra.local.env_variables import OF_THE_LOCAL_CLOUD, load_env_file
from infra.local.function_environment import PREFIX
from infra.local.settings import ROOT

OF_THE_CUSTOMER = (
    "DB_HOST",
    "SECRET_KEY",
    "ACCESS_TOKEN_EXPIRE_MINUTES",
    "OLLAMA_HOST",
    "WALLET_ENCRYPTION_KEY",
    "TELEGRAM_BOT_TOKEN",
)
BETWEEN_PROCESSES = {"MARA_QUEUES_FILE"}
"""Set by one process of the local cloud for another, never by a person."""


def test_is_what_the_settings_classes_say() -> None:
    assert TARGET.read_text("utf-8") == render(), "run `.venv/bin/mara env`"


def test_has_every_field_of_every_settings_class_with_a_meaning() -> None:
    listed = {v.name: v for _, variables in groups() for v in variables}
    fields = {name for group in settings_classes() for name in group.model_fields}
    assert listed.keys() == {f"{PREFIX}{name.upper()}" for name in fields}
    assert all(len(v.meaning) > 10 for v in listed.values())


def test_shows_defaults() -> None:
    text = render()
    assert "#MARA_ACCESS_TOKEN_MINUTES=30\n" in text
    assert "#MARA_DATABASE_URL=\n" in text


@pytest.mark.parametrize("name", OF_THE_CUSTOMER)
def test_explains_the_names_of_the_earlier_program(name: str) -> None:
    assert re.search(rf"^# .+\n#{name}=", render(), re.MULTILINE)


def test_has_every_variable_that_the_local_cloud_reads() -> None:
    sources = [p.read_text("utf-8") for p in sorted((ROOT / "infra" / "local").rglob("*.py"))]
    read = {
        name
        for source in sources
        for name in re.findall(r"environ(?:\.get|\.pop)?[(\[]\"(MARA_[A-Z_]+)\"", source)
    }
    assert "MARA_HOME" in read
    known = {v.name for v in OF_THE_LOCAL_CLOUD} | {v.name for _, vs in groups() for v in vs}
    assert read - known - BETWEEN_PROCESSES == set()


def test_a_copy_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(render(), "utf-8")
    monkeypatch.setattr(env_variables, "ROOT", tmp_path)
    before = dict(os.environ)
    load_env_file()
    assert dict(os.environ) == before


def test_a_variable_of_the_shell_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("MARA_PORT_BASE=18000\nOLLAMA_HOST=box\n", "utf-8")
    monkeypatch.setattr(env_variables, "ROOT", tmp_path)
    monkeypatch.setenv("MARA_PORT_BASE", "28000")
    monkeypatch.setenv("OLLAMA_HOST", "")
    monkeypatch.delenv("OLLAMA_HOST")
    load_env_file()
    assert (os.environ["MARA_PORT_BASE"], os.environ["OLLAMA_HOST"]) == ("28000", "box")
    monkeypatch.delenv("OLLAMA_HOST")
