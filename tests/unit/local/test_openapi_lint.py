"""The linters of the OpenAPI document: what they find fails, and without npm they say so."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.openapi import TARGET, lint, node_tools
from infra.local.openapi.node_tools import NodeToolsMissing, ensure


@pytest.fixture(scope="module")
def tools() -> Path:
    try:
        return ensure()
    except NodeToolsMissing as reason:
        pytest.skip(f"the linters need Node's programs: {reason}")


def without_description(document: dict[str, Any]) -> None:
    """A finding of Spectral."""
    del document["paths"]["/api/v1/auth/login"]["post"]["description"]


def without_security(document: dict[str, Any]) -> None:
    """A finding of Redocly."""
    del document["paths"]["/api/v1/auth/login"]["post"]["security"]


@pytest.mark.proof
class TestLint:
    def test_finds_nothing_in_the_document(self, tools: Path) -> None:
        assert lint.check(tools, TARGET) == []

    @pytest.mark.parametrize(
        ("change", "rule"),
        [(without_description, "operation-description"), (without_security, "security-defined")],
    )
    def test_finds_what_is_missing(
        self, tools: Path, tmp_path: Path, change: Any, rule: str
    ) -> None:
        document = json.loads(TARGET.read_text("utf-8"))
        change(document)
        path = tmp_path / "openapi.json"
        path.write_text(json.dumps(document), "utf-8")
        assert [rule in line for line in lint.check(tools, path)] == [True]

    def test_of_a_file_that_is_no_document_fails(self, tools: Path, tmp_path: Path) -> None:
        path = tmp_path / "openapi.json"
        path.write_text("{", "utf-8")
        assert lint.check(tools, path)


class TestWithoutNpm:
    def test_passes_and_says_why(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(node_tools, "ROOT", tmp_path)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert lint.main() == 0
        assert "skipped: npm is not installed" in capsys.readouterr().out

    def test_says_that_the_registry_does_not_answer(
        self, tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither the registry nor the cache of an earlier installation."""
        monkeypatch.setattr(node_tools, "ROOT", tmp_path)
        monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:1/")
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        with pytest.raises(NodeToolsMissing, match="npm could not install them: npm error code E"):
            ensure()
