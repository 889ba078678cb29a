"""Generated clients play the main story against the deployed stack, and type-check strictly."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.openapi import TARGET
from infra.local.openapi.node_tools import NodeToolsMissing, ensure, run
from infra.local.openapi.python_client import build, generate
from tests.support.local_cloud import LocalCloud

STORIES = Path(__file__).with_name("clients")
PLAYED = "played\n"
ANY = re.compile(r"(?:[:|&<,(]|\bas|=>)\s*any\b")
"""TypeScript's type ``any``, as an annotation, a type argument or a cast."""
STRICT = (
    *("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"),
    *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom,dom.iterable"),
)


def run_python(*arguments: str | Path, path: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(path), "MYPYPATH": str(path)}
    return subprocess.run(
        [sys.executable, *arguments],
        env={**environment, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of `mara_client`, as `make client` writes it."""
    source = tmp_path_factory.mktemp("client") / "mara_client"
    generate(source)
    return source


class TestPythonClient:
    def test_is_built_as_a_wheel_that_says_it_is_typed(self, package: Path, tmp_path: Path) -> None:
        wheel = build(package, tmp_path)
        assert wheel.name == "mara_client-1.0.0-py3-none-any.whl"
        target = tmp_path / "installed"
        shutil.unpack_archive(wheel, target, "zip")
        assert (target / "mara_client" / "py.typed").exists()

    def test_is_typed_strictly_together_with_its_story(self, package: Path, tmp_path: Path) -> None:
        checked = run_python(
            *("-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"),
            STORIES / "story.py",
            path=package,
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def test_plays_the_story(self, stack: LocalCloud, package: Path) -> None:
        played = run_python(STORIES / "story.py", stack.url, path=package)
        assert played.stdout == PLAYED, played.stdout + played.stderr


@pytest.fixture(scope="module")
def tools() -> Path:
    try:
        return ensure()
    except NodeToolsMissing as reason:
        pytest.skip(f"the TypeScript story needs npm packages: {reason}")


@pytest.fixture
def typescript(tools: Path, tmp_path: Path) -> Path:
    """A folder with the story and the types that openapi-typescript makes without options."""
    shutil.copy(STORIES / "story.ts", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "node_modules").symlink_to(tools / "node_modules")
    made = run(tools, "openapi-typescript", [TARGET, "-o", "api.d.ts"], cwd=tmp_path)
    assert made.returncode == 0, made.stdout + made.stderr
    return tmp_path


@pytest.mark.proof
class TestTypeScriptClient:
    def test_compiles_strictly_and_plays_the_story(
        self, stack: LocalCloud, tools: Path, typescript: Path
    ) -> None:
        compiled = run(tools, "tsc", [*STRICT, "story.ts"], cwd=typescript)
        assert compiled.returncode == 0, compiled.stdout
        node = shutil.which("node")
        assert node is not None, "npm is installed without node"
        played = subprocess.run(
            [node, "story.js", stack.url],
            cwd=typescript,
            capture_output=True,
            text=True,
            check=False,
        )
        assert played.stdout == PLAYED, played.stdout + played.stderr

    def test_has_no_any_in_the_types_nor_in_the_story(self, typescript: Path) -> None:
        for name in ("story.ts", "api.d.ts"):
            code = [
                line
                for line in (typescript / name).read_text("utf-8").splitlines()
                if not line.lstrip().startswith(("*", "//", "/*"))
            ]
            assert [line for line in code if ANY.search(line)] == [], name

    def test_refuses_an_upload_without_a_file(self, tools: Path, typescript: Path) -> None:
        """A body that the API would refuse does not compile."""
        story = (typescript / "story.ts").read_text("utf-8")
        assert 'body: { file: "disk.md" },' in story
        wrong = story.replace('body: { file: "disk.md" },', 'body: { filename: "disk.md" },')
        (typescript / "wrong.ts").write_text(wrong, "utf-8")
        compiled = run(tools, "tsc", [*STRICT, "--noEmit", "wrong.ts"], cwd=typescript)
        assert compiled.returncode != 0
        assert "filename" in compiled.stdout
