"""Pytest plugins that record which lines of some files each test executes, and what fails."""

import sys
import time
from collections.abc import Collection, Generator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest


@dataclass(eq=False)  # pytest puts plugins into sets
class LineTracer:
    """``lines`` by file and node id of the test; ``seconds`` of CPU by node id."""

    files: Collection[str]
    lines: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace one test with its fixtures."""
        found: dict[str, set[int]] = {file: set() for file in self.files}
        began = time.process_time()

        def trace_line(frame: FrameType, event: str, _argument: Any) -> Any:
            if event == "line":
                found[frame.f_code.co_filename].add(frame.f_lineno)
            return trace_line

        def trace_call(frame: FrameType, _event: str, _argument: Any) -> Any:
            return trace_line if frame.f_code.co_filename in found else None

        sys.settrace(trace_call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.process_time() - began
            for file, lines in found.items():
                self.lines.setdefault(file, {})[item.nodeid] = lines


@dataclass(eq=False)  # pytest puts plugins into sets
class FailureRecorder:
    """``first`` is the node id of the first test or file that failed, with its error."""

    first: str = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record a test, or one of its fixtures."""
        self._record(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a file that cannot be imported."""
        self._record(report)

    def _record(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed and not self.first:
            lines = str(report.longrepr).strip().splitlines()
            self.first = f"{report.nodeid}: {lines[-1].strip()}" if lines else report.nodeid
