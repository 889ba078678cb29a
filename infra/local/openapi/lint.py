"""Checks the OpenAPI document with Spectral (`spectral:oas`) and Redocly (`recommended`).

``python -m infra.local.openapi.lint`` is a part of `make lint`. Any finding fails, of any severity.
Without npm, or without its registry at the first run, it says so and passes.
"""

import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.local.openapi import TARGET
from infra.local.openapi.node_tools import PACKAGES, NodeToolsMissing, ensure, run

ACCEPTED = ("#/paths/~1api~1v1~1alerts~1{alert_id}~1feedback: no-ambiguous-paths: ",)
"""Beside ``/alerts/intake/{intake_id}``: API Gateway prefers the literal segment, no id is
``feedback``, and both paths are given."""


def main() -> int:
    """Print what was found; return the exit status."""
    try:
        tools = ensure()
    except NodeToolsMissing as reason:
        print(f"OpenAPI document: Spectral and Redocly are skipped: {reason}.")
        return 0
    found = check(tools, TARGET)
    for line in found:
        print(line)
    if not found:
        print("OpenAPI document: Spectral and Redocly found nothing.")
    return 1 if found else 0


def check(tools: Path, document: Path) -> list[str]:
    """Return the findings of both linters, a line each."""
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(linter, tools, document) for linter in (_spectral, _redocly)]
    return [line for found in both for line in found.result()]


def _spectral(tools: Path, document: Path) -> list[str]:
    rules = PACKAGES / "spectral.yaml"
    done = run(
        tools, "spectral",
        ["lint", "--ruleset", rules, "--format", "json", "--quiet", "--fail-severity", "hint",
         document],
    )  # fmt: skip
    try:
        found = json.loads(done.stdout or "[]")
    except ValueError:
        return [f"spectral: {done.stdout}{done.stderr}"]
    if done.returncode != 0 and not found:
        return [f"spectral: {done.stderr}"]
    return [f"spectral: {_place(f['path'])}: {f['code']}: {f['message']}" for f in found]


def _place(path: Sequence[str | int]) -> str:
    return ".".join(map(str, path))


def _redocly(tools: Path, document: Path) -> list[str]:
    config = PACKAGES / "redocly.yaml"
    done = run(tools, "redocly", ["lint", "--config", config, "--format", "json", document])
    try:
        found = json.loads(done.stdout)["problems"]
    except (ValueError, KeyError):
        return [f"redocly: {done.stdout}{done.stderr}"]
    lines = [f"{f['location'][0]['pointer']}: {f['ruleId']}: {f['message']}" for f in found]
    return [f"redocly: {line}" for line in lines if not line.startswith(ACCEPTED)]


if __name__ == "__main__":
    sys.exit(main())
