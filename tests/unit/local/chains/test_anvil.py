"""Installing anvil: an npm that cannot reach its registry costs seconds; its reason is shown."""

import time
from pathlib import Path

import pytest

from infra.local.chains import anvil

UNREACHABLE = """npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error errno ENOTFOUND
npm error network request to https://registry.example/x failed, reason: getaddrinfo ENOTFOUND
npm error network This is a problem related to network connectivity.
npm error A complete log of this run can be found in: /root/.npm/_logs/x.log
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program called npm, which the tests write."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("MARA_ANVIL", raising=False)
    monkeypatch.setattr(anvil, "FOLDER", tmp_path / "anvil" / "1")
    monkeypatch.setattr(anvil, "find", lambda: None)
    return tmp_path / "npm"


def program(npm: Path, script: str) -> None:
    npm.write_text(f"#!/bin/sh\n{script}\n")
    npm.chmod(0o755)


def test_a_registry_that_cannot_be_reached_is_named_with_the_cause(npm: Path) -> None:
    program(npm, f"echo \"$1\" >> {npm}.calls; cat >&2 <<'E'\n{UNREACHABLE}E\nexit 1")
    with pytest.raises(anvil.AnvilMissing) as refused:
        anvil.ensure()
    assert "reason: getaddrinfo ENOTFOUND" in str(refused.value)
    assert "complete log" not in str(refused.value)
    assert Path(f"{npm}.calls").read_text() == "view\n"  # it was asked once, nothing was installed


def test_a_registry_that_hangs_is_given_up(npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anvil, "REGISTRY_TIMEOUT_S", 0.2)
    program(npm, "exec sleep 60")
    began = time.monotonic()
    with pytest.raises(anvil.AnvilMissing, match="did not answer within"):
        anvil.ensure()
    assert time.monotonic() - began < 10


def test_npm_is_told_not_to_try_again(npm: Path) -> None:
    program(npm, f'echo "$@" > {npm}.calls; exit 1')
    with pytest.raises(anvil.AnvilMissing, match="it gave no reason"):
        anvil.ensure()
    assert "--fetch-retries 0 --fetch-timeout 3000" in Path(f"{npm}.calls").read_text()
