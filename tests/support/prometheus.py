"""Prometheus and promtool, where they are installed: Debian's package prometheus has both."""

import subprocess
from pathlib import Path

import pytest

from infra.observability.prometheus_server import find


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`; skips the test where it is missing."""
    found = find(name)
    if found is None:
        pytest.skip(f"{name} is missing: Debian's package prometheus has it")
    return found


def promtool(*arguments: str | Path, given: str = "") -> tuple[int, str]:
    """Run promtool; return its status and what it wrote."""
    done = subprocess.run(
        [program("promtool"), *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
