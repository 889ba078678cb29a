"""The Node programs that read the OpenAPI document, installed from npm as their lock names them."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from infra.local.settings import ROOT

PACKAGES = Path(__file__).parent / "npm"
INSTALL_TIMEOUT_S = 300
FETCH_TIMEOUT_MS = 10_000
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


class NodeToolsMissing(RuntimeError):
    """The programs cannot be installed; the message says why."""


def ensure() -> Path:
    """Return the folder of the programs, after installing them. Raises NodeToolsMissing."""
    lock = (PACKAGES / "package-lock.json").read_bytes()
    folder = ROOT / ".venv" / "node-tools" / hashlib.sha256(lock).hexdigest()[:16]
    if folder.exists():
        return folder
    npm = shutil.which("npm")
    if npm is None:
        raise NodeToolsMissing("npm is not installed: install Node 20 or newer")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Install to a temporary folder and move it: another process may install it at the same time.
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PACKAGES / name, staging)
        _install(npm, staging)
        if not folder.exists():
            shutil.move(staging, folder)
            Path(staging).mkdir()
    return folder


def run(
    folder: Path, program: str, arguments: Sequence[str | Path], *, cwd: Path = ROOT
) -> "subprocess.CompletedProcess[str]":
    """Run a program that ``ensure`` installed in ``folder``, with its output captured."""
    return subprocess.run(
        [folder / "node_modules" / ".bin" / program, *arguments],
        cwd=cwd,
        env={**os.environ, **QUIET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _install(npm: str, folder: str) -> None:
    try:
        done = subprocess.run(
            [
                npm, "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
                "--prefer-offline", "--loglevel", "error", "--fetch-retries", "0",
                "--fetch-timeout", str(FETCH_TIMEOUT_MS),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise NodeToolsMissing(f"npm did not finish within {INSTALL_TIMEOUT_S} s") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[:1]
        raise NodeToolsMissing(f"npm could not install them: {' '.join(last)}")
