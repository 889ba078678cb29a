"""Runs unit tests on mutants: one warm process per module, forked once for each mutant."""

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from enum import Enum
from pathlib import Path
from types import CodeType

import pytest

from infra.mutants.baseline import OPTIONS, Baseline, run_unmutated
from infra.mutants.mutations import Mutant
from infra.mutants.processes import run_forked
from infra.mutants.targets import source_of
from infra.mutants.warm import preload

CPU_FACTOR = 6
CPU_MIN_S = 20.0
"""A mutant that takes more CPU time than this, and than so many times its tests, counts as killed.

CPU time does not depend on what else the machine does.
"""


class Outcome(Enum):
    """What the tests did to a mutant; ``UNTESTED``: no test executes its lines."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    UNTESTED = "untested"


class Runner:
    """Runs the tests of one module. Raises TestsFailed where they fail without a mutant."""

    def __init__(self, module: str, tests: str, baseline: Baseline) -> None:
        self._module = module
        self._file = source_of(module)
        self._baseline = baseline
        preload(self._baseline.modules, module)
        gc.freeze()
        run_unmutated([tests], "fails after the imports of the other tests")

    def run(self, mutant: Mutant) -> Outcome:
        """Run the tests that execute the mutant, until one fails."""
        tests = self._baseline.tests_of(mutant)
        if not tests:
            return Outcome.UNTESTED
        expected_s = sum(self._baseline.seconds[test] for test in tests)

        def test() -> int:
            sys.meta_path.insert(0, _MutantFinder(self._module, self._file, mutant.source))
            return int(pytest.main([*OPTIONS, *tests]))

        status = run_forked(test, max(CPU_MIN_S, CPU_FACTOR * expected_s))
        if status is None:
            return Outcome.TIMED_OUT
        return Outcome.SURVIVED if status == pytest.ExitCode.OK else Outcome.KILLED


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
