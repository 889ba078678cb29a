"""The benchmarks of a deployed stack run to their end at a small size, and their checks hold."""

import json

import pytest

from tests.support.benches import run_bench
from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.proof


def test_load_loses_no_document_and_gives_no_5xx(stack: LocalCloud) -> None:
    printed = run_bench("load", json.dumps({"CLIENTS": 4, "SECONDS": 5.0}), stack.environment)
    assert "lost: 0" in printed


def test_alerting_shows_every_alert_and_answers_none_wrongly(stack: LocalCloud) -> None:
    printed = run_bench("alerting", json.dumps({"WARM_UP": 1}), stack.environment)
    assert "8 alerts with a runbook" in printed
    assert "wrong 0" in printed


def test_a_flood_keeps_no_alert_of_another_tenant_from_its_chat(stack: LocalCloud) -> None:
    sizes = json.dumps({"ALERTS": 3, "STORM": 600, "FLOODERS": 1})
    printed = run_bench("flood", sizes, stack.environment)
    assert "3 alerts beside 600 in one body" in printed
