"""Exports the pinned requirements of each dependency layer from uv.lock."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local.settings import ROOT

EXTRAS = {
    "core": (),
    # Each route may say where to pay: with an address, its checksum and a QR code.
    "http": ("http", "wallets"),
    "documents": ("documents",),
    # Search uses either index; functions that only read or delete need no embedding model.
    "search": ("search", "opensearch"),
    "opensearch": ("opensearch",),
    "ai": ("ai",),
    "chain": ("chain",),
    "vault": ("vault",),
    "docs": ("docs",),
    "charts": ("charts",),
    "pdf": ("pdf",),
    "telegram": ("telegram",),
}
"""The extras of pyproject.toml in each layer; a function has at most five layers."""

GROUPS = tuple(EXTRAS)
FOLDER = ROOT / "infra" / "layers"

# Part of Lambda's Python runtime.
IN_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")

NOT_IMPORTED = (
    # Declared by drf-spectacular-sidecar, of which only the static files are served.
    *("django", "asgiref", "sqlparse"),
    # Declared by opensearch-py for a transport that is not used here.
    *("grpcio", "opensearch-protobufs"),
    # Declared by fpdf2 for images, which no document has; it has no wheel for glibc 2.26 either.
    "pillow",
)


def export() -> str:
    """Write the requirements of every layer; return what was written."""
    for group in GROUPS:
        path = FOLDER / group / "requirements.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(requirements(group), "utf-8")
    return f"infra/layers/*/requirements.txt: {', '.join(GROUPS)}"


def requirements(group: str) -> str:
    """Return the requirements of a layer; those of the core layer are not repeated in others."""
    core = _lines([])
    if group == "core":
        return "".join(core)
    extras = [part for name in EXTRAS[group] for part in ("--extra", name)]
    return "".join(line for line in _lines(extras) if line not in core)


def requirements_of(extras: Sequence[str]) -> str:
    """The pinned requirements of the core and of these extras together."""
    return "".join(_lines([part for name in extras for part in ("--extra", name)]))


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
