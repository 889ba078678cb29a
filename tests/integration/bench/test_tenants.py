"""What one tenant does reads no more rows because there are more other tenants."""

import json
import re

import pytest

from tests.support.benches import run_bench

pytestmark = pytest.mark.proof

# The tables of a hundred are large enough for the plans that those of many thousands have.
SIZES = {"FEW": 100, "MANY": 800, "ACTIVE": 10, "ANY": 50, "CALLS": 5, "WARM_UP": 8}
ROWS = re.compile(r"^(.{32}).*  (\d+) → (\d+)   \d+ → \d+$", re.MULTILINE)
OPERATIONS = 9
GROWTH_MAX = 1.2
SLACK = 50
"""Rows of small tables that all tenants share, such as plans."""


def test_an_operation_reads_as_many_rows_among_800_tenants_as_among_100() -> None:
    """Without the owner in its statement, the join of documents reads those of all tenants."""
    printed = run_bench("tenants", json.dumps(SIZES))
    rows = [(name.strip(), int(few), int(many)) for name, few, many in ROWS.findall(printed)]
    assert len(rows) == 2 * OPERATIONS, printed
    grown = {name for name, few, many in rows if many > GROWTH_MAX * few + SLACK}
    assert grown == set(), printed
