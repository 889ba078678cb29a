"""Checks the locked dependencies for known vulnerabilities, and writes the list of them (SBOM).

``python -m infra.local.audit`` checks that uv.lock is up to date and runs pip-audit;
``python -m infra.local.audit sbom`` writes ``sbom.json``.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.settings import ROOT

AUDIT_TIMEOUT_S = 60
CONNECT_TIMEOUT_S = 10
SBOM = ROOT / "sbom.json"
DEPLOYED = ("export", "--frozen", "--quiet", "--all-extras", "--no-default-groups")
"""All packages of all layers, without those of tests and of the local stack."""
ACCEPTED: dict[str, str] = {}
"""Ids of vulnerabilities that do not concern this product, each with the reason."""


@dataclass(frozen=True)
class Report:
    """What an audit found.

    ``vulnerable`` holds lines such as ``idna 3.6: PYSEC-2024-60``; ``unaudited`` says why some or
    all packages were not checked, or is None.
    """

    audited: int
    vulnerable: tuple[str, ...]
    unaudited: str | None


def main(arguments: Sequence[str]) -> int:
    """Run the command line; return the exit status."""
    if arguments == ["sbom"]:
        print(write_sbom())
        return 0
    check_lock()
    with tempfile.TemporaryDirectory() as folder:
        requirements = write_requirements(Path(folder))
        check_requirements(requirements)
        report = read(*run_pip_audit(requirements))
    print(describe(report))
    return 1 if report.vulnerable else 0


def check_lock() -> None:
    """Raise CalledProcessError if uv.lock does not match pyproject.toml; needs no network."""
    uv("lock", "--check", "--offline")


def write_sbom() -> str:
    """Write a CycloneDX document of all deployed packages; return its name."""
    SBOM.write_text(uv(*DEPLOYED, "--format", "cyclonedx1.5"), "utf-8")
    return SBOM.name


def write_requirements(folder: Path) -> Path:
    """Write all deployed packages and versions into the folder; return the file.

    Without hashes: packages that no platform installs have none, and pip-audit wants all or none.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(uv(*DEPLOYED, "--no-emit-project", "--no-hashes"), "utf-8")
    return requirements


def check_requirements(requirements: Path) -> None:
    """Raise CalledProcessError if pip-audit cannot read the file; needs no network.

    Its reason is written to the standard error.
    """
    subprocess.run([*_pip_audit(requirements), "--dry-run"], check=True, stdout=subprocess.DEVNULL)


def run_pip_audit(requirements: Path) -> tuple[str, str]:
    """Run pip-audit for at most ``AUDIT_TIMEOUT_S``; return its standard output and error."""
    try:
        run = subprocess.run(
            _pip_audit(requirements),
            capture_output=True,
            text=True,
            timeout=AUDIT_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {AUDIT_TIMEOUT_S} s"
    return run.stdout, run.stderr


def _pip_audit(requirements: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "pip_audit", "--requirement", str(requirements)),
        *("--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off"),
        *("--timeout", str(CONNECT_TIMEOUT_S)),
    ]


def read(output: str, errors: str) -> Report:
    """Interpret pip-audit's JSON; anything else means that its database was not reached."""
    try:
        dependencies = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        reason = (errors.strip().splitlines() or ["pip-audit wrote nothing"])[-1]
        return Report(0, (), f"the vulnerability database was not reached: {reason}")
    audited = [package for package in dependencies if "skip_reason" not in package]
    missing = len(dependencies) - len(audited)
    unaudited = f"the package index has no audit data for {missing} packages"
    return Report(
        audited=len(audited),
        vulnerable=tuple(
            f"{package['name']} {package['version']}: {found['id']}"
            for package in audited
            for found in package["vulns"]
            if found["id"] not in ACCEPTED
        ),
        unaudited=unaudited if missing else None,
    )


def describe(report: Report) -> str:
    """The report in one line, and one more for each vulnerable package."""
    skipped = f" (skipped: {report.unaudited})" if report.unaudited else ""
    head = f"pip-audit: {report.audited} packages audited, {len(report.vulnerable)} vulnerabilities"
    return "\n  ".join([f"{head}{skipped}", *report.vulnerable])


def uv(*arguments: str) -> str:
    """Run uv at the root of the repository; return its output. Raises CalledProcessError."""
    run = subprocess.run(
        [Path(sys.executable).parent / "uv", *arguments],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return run.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
