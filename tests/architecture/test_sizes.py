"""Modules and functions stay small, say what they are for, and leave nothing running."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

from infra.local.settings import ROOT

ROOTS = ("shared/mara", "functions", "infra", "migrations")
MODULE_MAX, MODULE_P95, MODULE_MEDIAN = 300, 200, 60
FUNCTION_MAX, FUNCTION_MEDIAN = 40, 8
PARAMETERS_MAX = 4
AFTER_THE_ANSWER = re.compile(
    r"\b(BackgroundTasks?|Thread|ThreadPoolExecutor|ProcessPoolExecutor|create_task|Timer)\b"
)
WAITED_FOR = {
    # The renewal of a schedule's lease, which ends before the handler returns.
    "shared/mara/entrypoints/heartbeat.py",
    # A model that is too slow is left in time; closing its connection ends the call.
    "shared/mara/platform/language_model.py",
    # The probes of readiness run side by side, within one time limit.
    "shared/mara/operations/service.py",
    # The parts of one multiplication, all waited for.
    "shared/mara/search/adapters/use_encoder.py",
}


def modules() -> list[Path]:
    return [
        path
        for root in ROOTS
        for path in sorted((ROOT / root).rglob("*.py"))
        if "__pycache__" not in path.parts
    ]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in modules()
    }


class TestModules:
    def test_are_short(self) -> None:
        lines = {
            path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
            for path in modules()
        }
        assert {name: count for name, count in lines.items() if count > MODULE_MAX} == {}
        assert quantiles(lines.values(), n=20)[-1] <= MODULE_P95
        assert median(lines.values()) <= MODULE_MEDIAN

    def test_begin_with_a_sentence_on_what_they_are_for(self, trees: dict[str, ast.Module]) -> None:
        for name, tree in trees.items():
            docstring = ast.get_docstring(tree)
            assert docstring, name
            assert docstring.split("\n\n")[0].rstrip().endswith((".", ":", ";")), name


class TestFunctions:
    def test_are_short(self, trees: dict[str, ast.Module]) -> None:
        lengths = {
            f"{name}:{node.name}": length(node)
            for name, tree in trees.items()
            for node in functions(tree)
        }
        assert {name: count for name, count in lengths.items() if count > FUNCTION_MAX} == {}
        assert median(lengths.values()) <= FUNCTION_MEDIAN

    def test_of_mara_take_few_parameters_by_position(self, trees: dict[str, ast.Module]) -> None:
        many = {
            f"{name}:{node.name}"
            for name, tree in trees.items()
            for node in functions(tree)
            if name.startswith("shared/mara/")
            and node.name != "__init__"
            and positional(node) > PARAMETERS_MAX
        }
        assert many == set()


class TestNothingRunsAfterTheAnswer:
    def test_no_code_of_a_function_starts_what_it_does_not_wait_for(self) -> None:
        """Invariant 27."""
        found = {
            path.relative_to(ROOT).as_posix()
            for path in modules()
            if path.is_relative_to(ROOT / "shared") or path.is_relative_to(ROOT / "functions")
            if AFTER_THE_ANSWER.search(path.read_text("utf-8"))
        }
        assert found == WAITED_FOR
