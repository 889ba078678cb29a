"""Making .venv: certificates of the system, and packages that another command removed."""

import os
from pathlib import Path

import pytest

from infra.local import bootstrap


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An environment that is up to date; the steps that `main` takes."""
    packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
    for name in ("fastapi-1.dist-info", "langchain-1.dist-info"):
        (packages / name).mkdir(parents=True)
    for name, place in (("VENV", ".venv"), ("PYTHON", "python"), ("UV", "uv"), ("STAMP", "stamp")):
        monkeypatch.setattr(bootstrap, name, str(tmp_path / place))
    for place in ("python", "uv"):
        (tmp_path / place).touch()
    steps: list[str] = []
    monkeypatch.setattr(bootstrap, "step", lambda what, _: steps.append(what))
    monkeypatch.setattr(bootstrap, "check_disk", lambda: None)
    monkeypatch.setattr("sys.argv", ["bootstrap.py"])
    bootstrap.main()
    steps.clear()
    return steps


class TestMain:
    def test_does_nothing_the_second_time(self, made: list[str]) -> None:
        bootstrap.main()
        assert made == []

    def test_installs_again_what_uv_sync_removed(self, made: list[str], tmp_path: Path) -> None:
        packages = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
        (packages / "fastapi-1.dist-info").rmdir()
        bootstrap.main()
        assert len(made) == 1

    def test_installs_a_group_that_is_asked_for(
        self, made: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.argv", ["bootstrap.py", "--group", "bench"])
        bootstrap.main()
        assert len(made) == 1


class TestCertificates:
    def test_are_those_of_the_system_for_pip_uv_and_node(self, tmp_path: Path) -> None:
        bundle = tmp_path / "proxy.pem"
        bundle.touch()
        found = bootstrap.system_certificates({"SSL_CERT_FILE": str(bundle), "PATH": "/bin"})
        assert found["PIP_CERT"] == found["NODE_EXTRA_CA_CERTS"] == str(bundle)
        assert (found["UV_SYSTEM_CERTS"], found["PATH"]) == ("true", "/bin")

    def test_that_the_user_named_stay(self) -> None:
        named = {"PIP_CERT": "a", "NODE_EXTRA_CA_CERTS": "b", "UV_SYSTEM_CERTS": "false"}
        assert bootstrap.system_certificates(named) == named
        own = {"REQUESTS_CA_BUNDLE": "c"}
        assert "PIP_CERT" not in bootstrap.system_certificates(own)

    def test_leave_the_process_alone(self) -> None:
        before = dict(os.environ)
        bootstrap.system_certificates(os.environ)
        assert dict(os.environ) == before
