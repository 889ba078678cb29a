"""anvil, the development node of Foundry: found, or installed from npm, and started."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from infra.local.processes import spawn
from infra.local.settings import ROOT

VERSION = "1.7.1"
PACKAGE = "@foundry-rs/anvil"
FOLDER = ROOT / ".venv" / "anvil" / VERSION
GENESIS = 1_767_225_600
"""Seconds since 1970, constant, so that the first block of a new chain is always the same."""
INSTALL_TIMEOUT_S = 300


class AnvilMissing(RuntimeError):
    """Why there is none, and what to do about it."""


def find() -> Path | None:
    """The one at MARA_ANVIL, the one that was installed, or any on the path."""
    if named := os.environ.get("MARA_ANVIL"):
        return Path(named) if Path(named).is_file() else None
    # The package for the machine holds the program itself, and needs no Node to run.
    installed = list(FOLDER.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
    if installed:
        return installed[0]
    other = shutil.which("anvil")
    return Path(other) if other else None


def ensure() -> Path:
    """As ``find``, but installs it from npm where it is missing. Raises AnvilMissing."""
    found = find()
    if found is not None:
        return found
    if named := os.environ.get("MARA_ANVIL"):
        raise AnvilMissing(f"MARA_ANVIL names {named}, and there is no such file.")
    npm = shutil.which("npm")
    if npm is None:
        raise AnvilMissing("Node is missing: install Node 20 or newer with npm, or set MARA_ANVIL.")
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, and then moved there: others may be installing it too.
    with tempfile.TemporaryDirectory(dir=FOLDER.parent) as staging:
        run = subprocess.run(
            [
                npm, "install", "--prefix", staging, "--no-save", "--ignore-scripts", "--no-audit",
                "--no-fund", "--loglevel", "error", f"{PACKAGE}@{VERSION}",
            ],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=INSTALL_TIMEOUT_S,
            check=False,
        )  # fmt: skip
        if run.returncode != 0:
            raise AnvilMissing(f"npm could not install {PACKAGE}: {run.stderr.strip()[-500:]}")
        if not FOLDER.exists():
            shutil.move(staging, FOLDER)
            Path(staging).mkdir()
    found = find()
    if found is None:
        raise AnvilMissing(f"{PACKAGE} {VERSION} has no program for this machine.")
    return found


def start(  # noqa: PLR0913 - each is an option of anvil's
    program: Path, *, port: int, chain_id: int, log: Path, state: Path | None = None, slots: int = 1
) -> "subprocess.Popen[bytes]":
    """A block for each transaction; ``safe`` is ``slots`` behind, ``finalized`` twice as many.

    With ``state`` the chain is there again after a restart, but for the last second after a crash.
    """
    command = [
        str(program), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id),
        "--slots-in-an-epoch", str(slots), "--timestamp", str(GENESIS), "--silent",
    ]  # fmt: skip
    if state is not None:
        command += ["--state", str(state), "--state-interval", "1"]
    # Not SIGTERM: it would begin to write its state, and might be killed half-way.
    return spawn(command, log=log, on_parent_death=signal.SIGKILL)
