"""Builds the functions and layers with the SAM CLI, and merges the layers into one folder."""

import filecmp
import os
import shutil
from pathlib import Path

from infra.local.localstack import programs
from infra.local.localstack.stage import LocalStackFailed
from infra.local.package import FUNCTION, LAYER, load_template
from infra.local.settings import ROOT, state_dir

BUILD = ROOT / ".aws-sam" / "build"
BUILD_TIMEOUT_S = 900


def find_sam() -> str:
    """Return the path of the SAM CLI. Raises LocalStackFailed."""
    sam = shutil.which("sam")
    if sam is None:
        raise LocalStackFailed("The SAM CLI is missing: pipx install aws-sam-cli")
    return sam


def build() -> None:
    """Run `sam build`. Raises LocalStackFailed."""
    programs.run(
        [find_sam(), "build"],
        env={**os.environ, "SAM_CLI_TELEMETRY": "0"},
        log=state_dir() / "sam-build.log",
        limit_s=BUILD_TIMEOUT_S,
        progress=_progress,
    )


def merge_layers(target: Path, build_dir: Path = BUILD) -> int:
    """Lay the built layers on top of one another in ``target``, as Lambda does in /opt/python.

    Only files that differ are written. Returns how many were written or deleted. Raises
    LocalStackFailed if nothing is built.
    """
    sources = sorted(build_dir.glob("*Layer/python"))
    if not sources:
        raise LocalStackFailed(f"There is no layer in {build_dir}: run `sam build`.")
    wanted = {
        path.relative_to(source): path
        for source in sources
        for path in sorted(source.rglob("*"))
        if path.is_file()
    }
    target.mkdir(parents=True, exist_ok=True)
    known = {path.relative_to(target) for path in target.rglob("*") if path.is_file()}
    for name in (surplus := known - wanted.keys()):
        (target / name).unlink()
    changed = [name for name in wanted if not _is_same(wanted[name], target / name)]
    for name in changed:
        _replace(wanted[name], target / name)
    return len(surplus) + len(changed)


def _progress() -> str:
    parts = load_template()["Resources"].values()
    total = sum(part["Type"] in {FUNCTION, LAYER} for part in parts)
    built = sum(path.is_dir() for path in BUILD.glob("*"))
    return f"{built} of {total} functions and layers"


def _is_same(source: Path, target: Path) -> bool:
    return target.is_file() and filecmp.cmp(source, target, shallow=False)


def _replace(source: Path, target: Path) -> None:
    """Rename into place: a function may import the former file meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f"{target.name}.new")
    shutil.copy2(source, staging)
    staging.replace(target)
