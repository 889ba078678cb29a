"""Generates and builds ``mara_client``, the typed Python client, from the OpenAPI document.

``python -m infra.local.openapi.python_client`` (`make client`) writes the package's source and its
wheel to ``dist/``. Nothing of it is edited by hand or committed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from infra.local.openapi import TARGET
from infra.local.settings import ROOT

DIST = ROOT / "dist"
NAME = "mara_client"
CONFIG = Path(__file__).with_name("python_client.yaml")
BACKEND = re.compile(r'requires = \["uv_build[^"]*"\]')


def main() -> int:
    """Generate the client, build its wheel, and print where it is."""
    source = DIST / NAME
    shutil.rmtree(source, ignore_errors=True)
    generate(source)
    print(build(source, DIST).relative_to(ROOT))
    return 0


def generate(folder: Path) -> None:
    """Write the source of the package to ``folder``, which must not exist.

    Raises RuntimeError if a part of the document cannot be expressed.
    """
    with tempfile.TemporaryDirectory() as staging:
        written = Path(staging) / NAME
        done = _run(
            "openapi-python-client", "generate", "--meta", "uv", "--config", CONFIG,
            "--path", TARGET, "--output-path", written, "--fail-on-warning",
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"openapi-python-client: {done.stdout}{done.stderr}")
        project = written / "pyproject.toml"
        # The backend that the installed uv contains: building needs no download.
        backend = f'requires = ["uv_build=={version("uv")}"]'
        project.write_text(BACKEND.sub(backend, project.read_text("utf-8")), "utf-8")
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(written, folder)


def build(source: Path, folder: Path) -> Path:
    """Build the wheel of the package in ``source``; return its path. Raises RuntimeError."""
    done = _run("uv", "build", "--wheel", "--offline", "--out-dir", folder, source)
    if done.returncode != 0:
        raise RuntimeError(f"uv build: {done.stderr}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _run(program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    path = Path(sys.executable).with_name(program)
    return subprocess.run(
        [path, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


if __name__ == "__main__":
    sys.exit(main())
