"""Exports the pinned requirements of each dependency layer from uv.lock."""

import subprocess
import sys
from pathlib import Path

from infra.local.settings import ROOT

GROUPS = ("core", "http", "documents", "search", "ai", "docs")
FOLDER = ROOT / "infra" / "layers"

# Lambda's own runtime brings these.
IN_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")

# Declared by drf-spectacular-sidecar, of which we serve the static files and import nothing.
NOT_IMPORTED = ("django", "asgiref", "sqlparse")


def export() -> str:
    """Write each ``infra/layers/<group>/requirements.txt``; return what was written."""
    for group in GROUPS:
        path = FOLDER / group / "requirements.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(requirements(group), "utf-8")
    return f"infra/layers/*/requirements.txt: {', '.join(GROUPS)}"


def requirements(group: str) -> str:
    """A layer holds its group alone: what the core layer has is not repeated in the others."""
    core = _lines([])
    if group == "core":
        return "".join(core)
    return "".join(line for line in _lines(["--extra", group]) if line not in core)


def _lines(options: list[str]) -> list[str]:
    left_out = [
        part for name in (*IN_RUNTIME, *NOT_IMPORTED) for part in ("--no-emit-package", name)
    ]
    run = subprocess.run(
        [
            *(Path(sys.executable).parent / "uv", "export", "--frozen", "--no-default-groups"),
            *("--no-emit-project", "--no-hashes", "--no-annotate", "--no-header"),
            *("--quiet", *left_out, *options),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout.splitlines(keepends=True)
