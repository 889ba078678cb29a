"""The run of a module's tests without a mutant, which must pass: what each test executes."""

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.mutants.mutations import Mutant
from infra.mutants.processes import run_forked
from infra.mutants.targets import source_of
from infra.mutants.tracing import FailureRecorder, LineTracer

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
BASELINE_CPU_S = 1200.0
"""For all tests of a module without a mutant."""


class TestsFailed(RuntimeError):
    """The tests fail without a mutant: every mutant would count as killed. Names the test."""


@dataclass(frozen=True)
class Baseline:
    """A run without a mutant: the executed lines and the CPU time of each test."""

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


def measure(modules: Sequence[str], tests: str) -> dict[str, Baseline]:
    """Run the tests once without a mutant, and return the baseline of each module.

    Raises TestsFailed.
    """
    files = {module: str(source_of(module)) for module in modules}
    tracer = LineTracer(list(files.values()))
    found, seconds, imported = run_unmutated(
        [tests],
        "fails",
        tracer,
        lambda: [
            {
                file: {test: sorted(lines) for test, lines in by_test.items()}
                for file, by_test in tracer.lines.items()
            },
            tracer.seconds,
            list(sys.modules),
        ],
    )
    return {
        module: Baseline(
            {test: set(lines) for test, lines in found[file].items()}, seconds, imported
        )
        for module, file in files.items()
    }


def run_unmutated(
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

        status = run_forked(test, BASELINE_CPU_S)
        if status is None:
            raise TestsFailed(f"{tests[0]} does not end within {BASELINE_CPU_S:.0f} s of CPU.")
        if status == pytest.ExitCode.NO_TESTS_COLLECTED:
            raise TestsFailed(f"{tests[0]} has no tests.")
        text = file.read()
    first, found = json.loads(text) if text else ("", None)
    if status != pytest.ExitCode.OK:
        named = first or f"{tests[0]} (pytest ends with {status})"
        raise TestsFailed(f"Without a mutant, this {failure}: {named}")
    return found
