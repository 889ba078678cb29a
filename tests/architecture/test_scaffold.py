"""`mara new`, in a copy of the tree: what it writes passes the checks as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.scaffold.files import ScaffoldFailed, camel, capitalized, kebab, snake
from infra.local.settings import ROOT

ROUTE = (
    *("route", "loyalty", "create_card", "POST", "/api/v1/loyalty/cards"),
    *("--access", "admin", "--per-minute", "30", "--what", "make a card"),
)
CHECKS = (
    "tests/architecture/test_functions_match_template.py",
    "tests/architecture/test_environment.py",
    "tests/architecture/test_openapi_is_complete.py",
    "tests/functions/test_openapi.py::TestDocument",
    "tests/functions/test_openapi.py::TestExamples::test_the_story_has_every_operation_once",
    "tests/functions/api/loyalty",
)


def run(tree: Path, *command: str) -> str:
    """Run Python in the copy, whose packages shadow those of this tree."""
    path = os.pathsep.join([str(tree), str(tree / "shared")])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    return Path(shutil.copytree(ROOT, tmp_path / "tree", ignore=hidden))


@pytest.mark.proof
class TestNew:
    def test_domain_and_route_pass_the_checks_as_they_are(self, tree: Path) -> None:
        run(tree, "infra.local.cli", "new", "domain", "loyalty", "--above", "ledger")
        written = run(tree, "infra.local.cli", "new", *ROUTE).splitlines()
        assert "functions/api/loyalty/create_card/handler.py" in written
        run(tree, "ruff", "check", "--no-cache", *(f for f in written if f.endswith(".py")))
        run(tree, "pytest", "-q", "-p", "no:cacheprovider", *CHECKS)

    def test_queue_and_schedule_work_as_they_are(self, tree: Path) -> None:
        queue = ("queue", "ingest-report", "documents", "--what", "read a report")
        run(tree, "infra.local.cli", "new", *queue)
        schedule = ("schedule", "count-plans", "rate(1 hour)", "--what", "count plans")
        run(tree, "infra.local.cli", "new", *schedule)
        tests = ("queues/test_ingest_report.py", "schedules/test_count_plans.py")
        matches = "tests/architecture/test_functions_match_template.py"
        paths = (matches, *(f"tests/functions/{path}" for path in tests))
        run(tree, "pytest", "-q", "-p", "no:cacheprovider", *paths)


class TestNames:
    def test_of_a_function_in_each_spelling(self) -> None:
        name = snake("ingest-report")
        assert (name, camel(name), kebab(name)) == (
            "ingest_report",
            "IngestReport",
            "ingest-report",
        )

    @pytest.mark.parametrize("name", ["", "IngestReport", "ingest report", "_x", "1x", "a__b"])
    def test_that_are_not_usable_are_refused(self, name: str) -> None:
        with pytest.raises(ScaffoldFailed):
            snake(name)

    def test_sentences_keep_their_words(self) -> None:
        assert capitalized("read a PDF") == "Read a PDF."
