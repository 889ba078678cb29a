"""The containers get every variable that they read, and each role a password of its own."""

import re
from pathlib import Path

import pytest
import yaml

from infra.local.localstack import compose
from infra.local.settings import load_secrets

ROLES = compose.FILE.with_name("compose-roles.sh")
DOCKER = '#!/bin/sh\nenv >"$MARA_HOME/docker.env"\n'
"""Stands in for the program `docker`: writes down the variables that it gets."""


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("MARA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    compose.up(tmp_path / "layers", with_model=False)
    lines = (tmp_path / "docker.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_every_required_variable_is_given(given: dict[str, str]) -> None:
    required = set(re.findall(r"\$\{(\w+):\?", compose.FILE.read_text()))
    assert required
    assert required <= given.keys()


def test_each_role_of_the_database_has_a_password_of_its_own(given: dict[str, str]) -> None:
    secrets = load_secrets()
    assert given["MARA_POSTGRES_PASSWORD"] == secrets.postgres_password
    assert given["MARA_OWNER_PASSWORD"] == secrets.owner_password
    assert given["MARA_APP_PASSWORD"] == secrets.app_password
    passwords = re.findall(r"ALTER ROLE (\w+) LOGIN\b.* PASSWORD :'(\w+)';", ROLES.read_text())
    assert passwords == [("mara_owner", "owner_password"), ("mara_app", "app_password")]


def test_the_script_of_the_roles_reads_variables_of_its_container() -> None:
    container = yaml.safe_load(compose.FILE.read_text())["services"]["postgres"]["environment"]
    read = set(re.findall(r"\\getenv \w+ (MARA_\w+)", ROLES.read_text()))
    assert read == {"MARA_OWNER_PASSWORD", "MARA_APP_PASSWORD", "MARA_APP_CONNECTIONS"}
    # The number of connections has a default.
    assert read - {"MARA_APP_CONNECTIONS"} <= container.keys()
