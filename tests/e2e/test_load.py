"""The load benchmark runs against a deployed stack: no 5xx, no lost document."""

import json

import pytest

from tests.support.benches import run_bench
from tests.support.local_cloud import LocalCloud

pytestmark = pytest.mark.proof


def test_loses_no_document_and_gives_no_5xx(stack: LocalCloud) -> None:
    printed = run_bench("load", json.dumps({"SECONDS": 5.0}), stack.environment)
    assert "lost: 0" in printed
