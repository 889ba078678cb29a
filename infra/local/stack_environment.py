"""The Python environment of a running stack: the locked packages, apart from the developer's.

``uv sync`` adds and removes packages of .venv, and a function that starts afterwards would lack
them. So the servers and the functions run in a copy, one for each content of uv.lock. Its files are
hard links to those of .venv, which cost no space: uv replaces files and never writes into them.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from infra.local.settings import ROOT

FOLDER = ROOT / ".venv" / "stack"
KEPT = 3
"""Environments of the latest lock files: one of an older stack may still run."""


def python() -> str:
    """Return the interpreter of the environment for this uv.lock; make it if it is missing."""
    home = FOLDER / key()
    interpreter = home / "bin" / "python"
    if not interpreter.exists():
        _make(home)
        _forget_old(home)
    os.utime(home)
    return str(interpreter)


def key() -> str:
    """Return the name of the environment: a hash of what is locked, and of the Python version."""
    content = b"".join((ROOT / name).read_bytes() for name in ("uv.lock", "pyproject.toml"))
    return hashlib.sha256(content + sys.version.encode()).hexdigest()[:16]


def _make(home: Path) -> None:
    """Make the environment beside its place and rename it: another command may do the same."""
    staging = home.with_name(f"{home.name}.{os.getpid()}")
    command = [sys.executable, "-m", "venv", "--without-pip", str(staging)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    source = Path(sysconfig.get_path("purelib"))
    target = staging / source.relative_to(sys.prefix)
    shutil.rmtree(target)
    shutil.copytree(source, target, copy_function=os.link, symlinks=True)
    try:
        staging.rename(home)
    except OSError:  # it is there: the other command was faster
        shutil.rmtree(staging)


def _forget_old(newest: Path) -> None:
    others = [folder for folder in FOLDER.iterdir() if folder.is_dir() and folder != newest]
    for folder in sorted(others, key=lambda f: f.stat().st_mtime, reverse=True)[KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)
