"""What `mara chain scan` says that it did."""

from typing import Any

import pytest

from infra.local.chains.commands import describe_scan

DONE = {"advanced": True, "lag": 0, "settled": 2}


def done(**changed: Any) -> str:
    return describe_scan("tron", {"status": "done", "result": {**DONE, **changed}})


def test_a_scan_says_how_far_it_came_and_what_it_settled() -> None:
    assert done() == "scanned tron: settled 2 deposits"
    assert done(lag=5) == "scanned tron: settled 2 deposits; 5 blocks are left for the next scan"


def test_passed_events_are_counted() -> None:
    assert done(unreadable=3).endswith("settled 2 deposits, passed 3 unreadable events")


def test_one_that_found_nothing_says_so() -> None:
    assert "found nothing new, all blocks were read" in done(advanced=False, settled=0)


@pytest.mark.parametrize("until", ["2026-11-26T12:00:00+00:00", None])
def test_one_that_another_run_kept_from_working_says_why(until: str | None) -> None:
    said = {"status": "skipped", "reason": "another run holds the lease", "held_until": until}
    text = describe_scan("tron", said)
    assert "did nothing, because another run holds the lease" in text
    assert (f"until {until}" in text) is bool(until)


def test_one_of_a_network_that_is_off_says_so() -> None:
    assert "network is off" in describe_scan("tron", {"status": "done", "result": "off"})
