"""Runs unit tests on mutants: one warm process per module, forked once for each mutant."""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import select
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

from infra.local.settings import ROOT
from infra.mutants.mutations import Mutant
from infra.mutants.targets import source_of
from infra.mutants.tracing import FailureRecorder, LineTracer
from infra.mutants.warm import preload

# Plain assertions: pytest could not rewrite those of plugins that were imported before.
OPTIONS = (
    "--assert=plain",
    "-q",
    "-x",
    "--tb=no",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
)
BASELINE_TIMEOUT_S = 1200.0
"""For all tests of a module without a mutant."""
TIMEOUT_FACTOR = 6
TIMEOUT_MIN_S = 20.0
"""A mutant that takes longer than this, and than so many times its tests, counts as killed."""


class TestsFailed(RuntimeError):
    """The tests fail without a mutant: every mutant would count as killed. Names the test."""


class Outcome(Enum):
    """What the tests did to a mutant; ``UNTESTED``: no test executes its lines."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNTESTED = "untested"


@dataclass(frozen=True)
class Baseline:
    """A run without a mutant: the executed lines and the duration of each test."""

    lines: dict[str, set[int]]
    seconds: dict[str, float]
    modules: list[str]

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that execute the mutant, quick ones first; all for code run at the import."""
        found = [
            test
            for test, lines in self.lines.items()
            if not mutant.lines or not lines.isdisjoint(mutant.lines)
        ]
        return sorted(found, key=lambda test: self.seconds[test])


class Runner:
    """Runs the tests of one module. Raises TestsFailed where they fail without a mutant."""

    def __init__(self, module: str, tests: str) -> None:
        self._module = module
        self._file = source_of(module)
        self._baseline = self._measure(tests)
        preload(self._baseline.modules, module)
        gc.freeze()
        _run_unmutated([tests], "fails after the imports of the other tests")

    def run(self, mutant: Mutant) -> Outcome:
        """Run the tests that execute the mutant, until one fails."""
        tests = self._baseline.tests_of(mutant)
        if not tests:
            return Outcome.UNTESTED
        expected_s = sum(self._baseline.seconds[test] for test in tests)

        def test() -> int:
            sys.meta_path.insert(0, _MutantFinder(self._module, self._file, mutant.source))
            return int(pytest.main([*OPTIONS, *tests]))

        status = _fork(test, max(TIMEOUT_MIN_S, TIMEOUT_FACTOR * expected_s))
        if status is None:
            return Outcome.TIMED_OUT
        return Outcome.SURVIVED if status == pytest.ExitCode.OK else Outcome.KILLED

    def _measure(self, tests: str) -> Baseline:
        tracer = LineTracer(str(self._file))
        lines, seconds, modules = _run_unmutated(
            [tests],
            "fails",
            tracer,
            lambda: [
                {name: sorted(found) for name, found in tracer.lines.items()},
                tracer.seconds,
                list(sys.modules),
            ],
        )
        return Baseline({name: set(found) for name, found in lines.items()}, seconds, modules)


def _run_unmutated(
    tests: Sequence[str],
    failure: str,
    plugin: object = None,
    result: Callable[[], object] = lambda: None,
) -> Any:
    """Run tests in a child process, and return the ``result`` there, as JSON has it.

    Raises TestsFailed, with the first test that fails and ``failure``.
    """
    with tempfile.NamedTemporaryFile("r") as file:

        def test() -> int:
            failures = FailureRecorder()
            plugins = [failures] if plugin is None else [failures, plugin]
            status = int(pytest.main([*OPTIONS, *tests], plugins=plugins))
            Path(file.name).write_text(json.dumps([failures.first, result()]))
            return status

        status = _fork(test, BASELINE_TIMEOUT_S)
        if status is None:
            raise TestsFailed(f"{tests[0]} does not end within {BASELINE_TIMEOUT_S:.0f} s.")
        if status == pytest.ExitCode.NO_TESTS_COLLECTED:
            raise TestsFailed(f"{tests[0]} has no tests.")
        text = file.read()
    first, found = json.loads(text) if text else ("", None)
    if status != pytest.ExitCode.OK:
        named = first or f"{tests[0]} (pytest ends with {status})"
        raise TestsFailed(f"Without a mutant, this {failure}: {named}")
    return found


class _MutantFinder(importlib.abc.MetaPathFinder):
    """Imports one module from other source text."""

    def __init__(self, module: str, file: Path, source: str) -> None:
        self._module, self._file, self._source = module, file, source

    def find_spec(
        self, fullname: str, _path: object = None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Answer for the mutated module only."""
        if fullname != self._module:
            return None
        loader = _MutantLoader(fullname, str(self._file))
        loader.source = self._source
        inside = [str(self._file.parent)] if self._file.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            fullname, self._file, loader=loader, submodule_search_locations=inside
        )


class _MutantLoader(importlib.machinery.SourceFileLoader):
    source = ""

    def get_code(self, _fullname: str) -> CodeType:
        """Compile the mutant, and leave no bytecode behind."""
        return compile(self.source, self.path, "exec")


def _fork(run: Callable[[], int], timeout_s: float) -> int | None:
    """Return the exit status of ``run`` in a child process; None where it was killed for time."""
    child = os.fork()
    if child == 0:
        _exit_with(run)
    descriptor = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([descriptor], [], [], timeout_s)
        if not ended:
            os.killpg(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(status) if ended else None


def _exit_with(run: Callable[[], int]) -> None:
    status = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        os.setpgid(0, 0)
        os.chdir(ROOT)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        status = run()
    finally:
        os._exit(status)
