"""Every test of a function also checks that no log shows what its requests and answers carry."""

from collections.abc import Generator
from typing import Any

import pytest

from tests.support import events
from tests.support.confidential import found_in, of_exchange


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[Any],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that wrote something confidential to stdout, to stderr or to a log."""
    report = yield
    if call.when == "call" and report.passed:
        values = {v for event, response in events.EXCHANGED for v in of_exchange(event, response)}
        written = report.capstdout + report.capstderr + report.caplog
        if found := found_in(written, values):
            report.outcome = "failed"
            report.longrepr = (
                f"A request or an answer holds {found}, and a log shows it:\n{written}"
            )
    if call.when == "teardown":
        events.EXCHANGED.clear()
    return report
