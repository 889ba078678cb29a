"""Modules and functions are small and documented, and start nothing that outlives the response."""

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
BACKGROUND_WORK = re.compile(
    r"\b(BackgroundTasks?|Thread|ThreadPoolExecutor|ProcessPoolExecutor|create_task|Timer"
    r"|ensure_future|run_in_executor|to_thread|start_new_thread|Popen|os\.fork)\b"
)
ALLOWED_BACKGROUND_WORK = {
    # Depths of queues are asked for at once, within a time limit; each ends by its own.
    "shared/mara/queues/adapters/queue_depths.py",
    # The renewal of a schedule's lease, which ends before the handler returns.
    "shared/mara/entrypoints/heartbeat.py",
    # The sign that a bot is busy, which ends before the handler returns.
    "shared/mara/platform/repeating.py",
    # A call of a slow model is abandoned at its time limit; closing the connection ends it.
    "shared/mara/platform/language_model.py",
    # As before, for the model that judges passages.
    "shared/mara/search/adapters/ollama_judge.py",
    # The event loop of one call of Telegram; the caller waits for it.
    "shared/mara/telegram/adapters/aiogram_api.py",
    "shared/mara/telegram/adapters/aiogram_inspector.py",
    "shared/mara/telegram/adapters/aiogram_signs.py",
    # The event loop of the messages of one bot; the session's end waits for it.
    "shared/mara/telegram/adapters/aiogram_sender.py",
    # Probes of readiness, and sources of gauges, run side by side within one time limit.
    "shared/mara/operations/service/health.py",
    "shared/mara/operations/service/scrape.py",
    # A token is looked up; the public answer waits for it no longer than two seconds.
    "shared/mara/entrypoints/operators.py",
    # The parts of one multiplication; the caller waits for all.
    "shared/mara/search/adapters/use_encoder.py",
    # The client waits for the worker that reads one file; between files the server is idle.
    # The process for the next file waits too.
    "shared/mara/extraction/fork_server_client.py",
    "shared/mara/extraction/reader_process.py",
    # The processes that read parts of one file; the caller waits for all.
    "shared/mara/extraction/parallel.py",
    # The requests of one batch of webhooks; the caller waits for all.
    "shared/mara/notifications/adapters/webhook_sender.py",
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


class TestNothingRunsAfterTheResponse:
    def test_only_listed_modules_start_background_work(self) -> None:
        """Invariant 27."""
        found = {
            path.relative_to(ROOT).as_posix()
            for path in modules()
            if path.is_relative_to(ROOT / "shared") or path.is_relative_to(ROOT / "functions")
            if BACKGROUND_WORK.search(path.read_text("utf-8"))
        }
        assert found == ALLOWED_BACKGROUND_WORK
