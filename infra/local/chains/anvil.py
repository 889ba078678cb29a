"""anvil, the development node of Foundry: find, install from npm, and start it."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from infra.local.bootstrap import system_certificates
from infra.local.processes import spawn
from infra.local.settings import ROOT

VERSION = "1.7.1"
PACKAGE = "@foundry-rs/anvil"
FOLDER = ROOT / ".venv" / "anvil" / VERSION
GENESIS = 1_767_225_600
"""Seconds since 1970, constant, so that the first block of a new chain is always the same."""
INSTALL_TIMEOUT_S = 300
REGISTRY_TIMEOUT_S = 3
"""npm itself tries for more than a minute where its registry cannot be reached."""


class AnvilMissing(RuntimeError):
    """anvil cannot be found or installed; the message says what to do."""


def find() -> Path | None:
    """The program at MARA_ANVIL, else the installed one, else one on the PATH; None if missing."""
    if named := os.environ.get("MARA_ANVIL"):
        return Path(named) if Path(named).is_file() else None
    # The platform-specific package contains the program, which runs without Node.
    installed = list(FOLDER.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
    if installed:
        return installed[0]
    other = shutil.which("anvil")
    return Path(other) if other else None


def ensure() -> Path:
    """As ``find``, but install it from npm if it is missing. Raises AnvilMissing."""
    found = find()
    if found is not None:
        return found
    if named := os.environ.get("MARA_ANVIL"):
        raise AnvilMissing(f"MARA_ANVIL is {named}, which does not exist.")
    npm = shutil.which("npm")
    if npm is None:
        raise AnvilMissing("Node is missing: install Node 20 or newer with npm, or set MARA_ANVIL.")
    _check_registry(npm)
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    # Install to a temporary folder and move it: another process may install it at the same time.
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
            env=system_certificates(os.environ),
        )  # fmt: skip
        if run.returncode != 0:
            raise AnvilMissing(f"npm could not install {PACKAGE}: {reason_of(run.stderr)}")
        if not FOLDER.exists():
            shutil.move(staging, FOLDER)
            Path(staging).mkdir()
    found = find()
    if found is None:
        raise AnvilMissing(f"{PACKAGE} {VERSION} has no program for this platform.")
    return found


def _check_registry(npm: str) -> None:
    """Ask the registry for the package once, without retries. Raises AnvilMissing."""
    command = [
        npm, "view", f"{PACKAGE}@{VERSION}", "version", "--fetch-retries", "0",
        "--fetch-timeout", str(REGISTRY_TIMEOUT_S * 1000), "--loglevel", "error",
    ]  # fmt: skip
    try:
        run = subprocess.run(
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=2 * REGISTRY_TIMEOUT_S,
            check=False,
            env=system_certificates(os.environ),
        )
    except subprocess.TimeoutExpired as error:
        said = f"npm's registry did not answer within {REGISTRY_TIMEOUT_S} s"
        raise AnvilMissing(f"{said}: is there a network, or a proxy to set?") from error
    if run.returncode != 0:
        raise AnvilMissing(f"npm cannot get {PACKAGE} {VERSION}: {reason_of(run.stderr)}")


def reason_of(stderr: str) -> str:
    """Return the lines in which npm says why it failed, without its advice and log file."""
    lines = [re.sub(r"^npm (error|ERR!) ?", "", line).strip() for line in stderr.splitlines()]
    told = [line for line in lines if re.search(r"reason:|errno |code |certificate|40[0-9]", line)]
    return "; ".join(told[:3] or [line for line in lines if line][:3]) or "it gave no reason"


def start(  # noqa: PLR0913 - each is an option of anvil
    program: Path, *, port: int, chain_id: int, log: Path, state: Path | None = None, slots: int = 1
) -> "subprocess.Popen[bytes]":
    """Start anvil, which mines a block per transaction; ``safe`` lags by ``slots`` blocks.

    ``finalized`` lags by twice as many. With ``state``, the chain survives a restart; a crash loses
    up to its last second.
    """
    command = [
        str(program), "--host", "127.0.0.1", "--port", str(port), "--chain-id", str(chain_id),
        "--slots-in-an-epoch", str(slots), "--timestamp", str(GENESIS), "--silent",
    ]  # fmt: skip
    if state is not None:
        command += ["--state", str(state), "--state-interval", "1"]
    # SIGKILL: after SIGTERM it would write its state, and a kill meanwhile would corrupt the file.
    return spawn(command, log=log, on_parent_death=signal.SIGKILL)
