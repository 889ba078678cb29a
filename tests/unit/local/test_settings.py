"""The secrets of the local cloud are drawn once, each when it is first known."""

import json
import re
from pathlib import Path

import pytest

from infra.local.settings import load_secrets


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    return tmp_path


def test_secrets_stay_as_they_were_drawn(home: Path) -> None:
    drawn = load_secrets()
    assert load_secrets() == drawn
    assert (home / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_key_that_wraps_is_of_256_bits() -> None:
    assert re.fullmatch("[0-9a-f]{64}", load_secrets().local_key)


def test_a_secret_that_an_older_version_did_not_know_is_drawn_beside_the_others(
    home: Path,
) -> None:
    load_secrets()
    drawn = json.loads((home / "secrets.json").read_text())
    del drawn["local_key"]
    (home / "secrets.json").write_text(json.dumps(drawn))
    completed = load_secrets()
    assert completed.demo_password == drawn["demo_password"]
    assert load_secrets() == completed
