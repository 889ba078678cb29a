"""Pytest plugins that record which lines of one file each test executes, and what fails."""

import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest


@dataclass(eq=False)  # pytest puts plugins into sets
class LineTracer:
    """``lines`` and ``seconds`` by the node id of the test."""

    file: str
    lines: dict[str, set[int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Trace one test with its fixtures."""
        found = self.lines[item.nodeid] = set()
        began = time.monotonic()

        def trace_line(frame: FrameType, event: str, _argument: Any) -> Any:
            if event == "line":
                found.add(frame.f_lineno)
            return trace_line

        def trace_call(frame: FrameType, _event: str, _argument: Any) -> Any:
            return trace_line if frame.f_code.co_filename == self.file else None

        sys.settrace(trace_call)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.monotonic() - began


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
