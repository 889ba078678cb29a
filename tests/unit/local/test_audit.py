"""Reading pip-audit's answer: vulnerabilities fail, a database out of reach does not."""

import json
import subprocess
from pathlib import Path

import pytest

from infra.local.audit import Report, check_requirements, describe, read, write_requirements

CLEAN = {"name": "idna", "version": "3.7", "vulns": []}
VULNERABLE = {"name": "idna", "version": "3.6", "vulns": [{"id": "PYSEC-2024-60"}]}
UNKNOWN = {"name": "mangum", "skip_reason": "Dependency not found on PyPI"}


def answer(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


class TestRead:
    def test_counts_clean_packages(self) -> None:
        assert read(answer(CLEAN), "") == Report(1, (), None)

    def test_names_vulnerable_packages(self) -> None:
        assert read(answer(CLEAN, VULNERABLE), "").vulnerable == ("idna 3.6: PYSEC-2024-60",)

    def test_says_how_many_packages_were_not_audited(self) -> None:
        report = read(answer(CLEAN, UNKNOWN), "")
        assert report.audited == 1
        assert report.unaudited == "the package index has no audit data for 1 packages"

    def test_gives_the_reason_when_there_is_no_answer(self) -> None:
        report = read("", "Traceback:\nConnectionError: no route to host\n")
        assert report.audited == 0
        assert report.vulnerable == ()
        assert "ConnectionError: no route to host" in str(report.unaudited)


class TestCheckRequirements:
    def test_accepts_the_deployed_packages(self, tmp_path: Path) -> None:
        requirements = write_requirements(tmp_path)
        assert "fastapi==" in requirements.read_text("utf-8")
        check_requirements(requirements)

    def test_refuses_a_range_of_versions(self, tmp_path: Path) -> None:
        requirements = tmp_path / "requirements.txt"
        requirements.write_text("fastapi>=0.1\n", "utf-8")
        with pytest.raises(subprocess.CalledProcessError):
            check_requirements(requirements)


class TestDescribe:
    def test_lists_the_vulnerable_packages_below_the_counts(self) -> None:
        head, *rest = describe(Report(2, ("idna 3.6: PYSEC-2024-60",), None)).splitlines()
        assert head == "pip-audit: 2 packages audited, 1 vulnerabilities"
        assert rest == ["  idna 3.6: PYSEC-2024-60"]
