"""Runs a benchmark in a process of its own, with sizes that only show that it works."""

import os
import subprocess
import sys
from collections.abc import Mapping

from infra.local.settings import ROOT

RUN = """
import importlib, json, sys
bench = importlib.import_module("infra.bench." + sys.argv[1])
for name, value in json.loads(sys.argv[2]).items():
    assert hasattr(bench, name), name
    setattr(bench, name, value)
bench.run()
"""
TIMEOUT_S = 1200


def run_bench(name: str, sizes: str, environment: Mapping[str, str] | None = None) -> str:
    """What it prints; ``sizes`` is a JSON object of its constants. Fails the test if it fails."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, name, sizes],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
