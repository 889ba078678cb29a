"""`mara new`, in a copy of the tree: what it writes passes the checks as it is."""

import os
import shutil
import subprocess
import sys
import tomllib
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


SOURCES_OF_ROUTES = """
import importlib, sys
from infra.local.scaffold.changes import Changes
from infra.local.scaffold.route import NewRoute, write_sources

domain = sys.argv[1]
operations = {method: f"{method.lower()}_sample_of_{domain}" for method in ("GET", "POST")}
paths = {method: f"/api/v1/{name}/{{sample_id}}" for method, name in operations.items()}
for method, operation in operations.items():
    asked = NewRoute(domain, operation, method, paths[method], "answer")
    print("\\n".join(write_sources(Changes(), asked)))
importlib.invalidate_caches()
for method, operation in operations.items():
    handler = importlib.import_module(f"functions.api.{domain}.{operation}.handler")
    assert set(handler.app.openapi()["paths"][paths[method]]) == {method.lower()}
"""


def python(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, whose packages shadow those of this tree."""
    path = os.pathsep.join([str(tree), str(tree / "shared")])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def run(tree: Path, *command: str) -> str:
    """Run a module, which must succeed; return what it printed."""
    done = python(tree, "-m", *command)
    assert done.returncode == 0, f"{command}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def copy(folder: Path) -> Path:
    hidden = shutil.ignore_patterns(".*", "__pycache__")
    return Path(shutil.copytree(ROOT, folder / "tree", ignore=hidden))


def domains() -> list[str]:
    """Every domain of the repository, as the contracts list them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    hexagon = next(found for found in settings["contracts"] if found["id"] == "hexagon")
    return [name.removeprefix("mara.") for name in hexagon["containers"]]


def contents(tree: Path) -> dict[str, bytes | None]:
    """Each file with its content, and each folder, except what Python caches."""
    found = (path for path in tree.rglob("*") if "__pycache__" not in path.parts)
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return copy(tmp_path)


@pytest.fixture(scope="module")
def common_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy(tmp_path_factory.mktemp("common"))


class TestNewRoute:
    @pytest.mark.parametrize("domain", domains())
    def test_loads_as_it_is_in_each_domain(self, common_tree: Path, domain: str) -> None:
        done = python(common_tree, "-c", SOURCES_OF_ROUTES, domain)
        assert done.returncode == 0, done.stderr[-4000:]
        written = {name for name in done.stdout.splitlines() if name.endswith(".py")}
        assert f"functions/api/{domain}/post_sample_of_{domain}/handler.py" in written
        run(common_tree, "ruff", "check", "--no-cache", *written)
        run(common_tree, "ruff", "format", "--check", "--no-cache", *written)

    @pytest.mark.parametrize(
        ("domain", "spoiled", "failure"),
        [
            ("notifications", "tests/functions/test_openapi.py", "expected one line"),
            ("billing", "tests/architecture/import_budget.json", "JSONDecodeError"),
        ],
    )
    def test_writes_nothing_when_a_late_step_fails(
        self, tree: Path, domain: str, spoiled: str, failure: str
    ) -> None:
        (tree / spoiled).write_text("spoiled", "utf-8")
        before = contents(tree)
        asked = (domain, "take_sample", "POST", "/api/v1/samples", "--what", "take a sample")
        done = python(tree, "-m", "infra.local.cli", "new", "route", *asked)
        assert done.returncode == 1
        assert failure in done.stderr
        assert contents(tree) == before

    def test_writes_nothing_over_what_exists(self, common_tree: Path) -> None:
        before = contents(common_tree)
        asked = ("billing", "list_usage", "GET", "/api/v1/sample", "--what", "take a sample")
        schemas = common_tree / "shared/mara/billing/schemas/list_usage.py"
        schemas.write_text("kept", "utf-8")
        done = python(common_tree, "-m", "infra.local.cli", "new", "route", *asked)
        assert done.stderr.endswith("shared/mara/billing/schemas/list_usage.py exists already\n")
        schemas.unlink()
        assert contents(common_tree) == before


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
