"""Every benchmark runs to its end and prints its figures, at a small size."""

import json

import pytest

from infra.bench.__main__ import NAMES
from infra.local.chains import anvil
from tests.support.benches import run_bench

pytestmark = pytest.mark.proof

SIZES: dict[str, dict[str, object]] = {
    "addresses": {"ROUNDS": 1, "ADDRESSES": 5},
    "frame": {"ROUNDS": 1, "CALLS": 5},
    "imports": {"WHOLE_ROUNDS": 1},
    "ingestion": {"ROUNDS": 1, "PAGES": 5, "ROWS": 300},
    "ledger": {"ROUNDS": 1, "SECONDS": 1, "SERVICE_CALLS": 10},
    "scanning": {"WALLETS": [10, 1000], "ROUNDS": 1, "POLLS": 2, "BLOCKS": 12},
    "billing": {
        "QUESTIONS": 4,
        "SUBSCRIPTIONS": 60,
        "ORM_SUBSCRIPTIONS": 5,
        "SECONDS": 1,
        "IDLE": 100,
    },
    "search": {"SIZES": [1000], "QUERIES": 3},
    "telegram": {"ROUNDS": 1, "UPDATES": 5, "SECONDS": 1},
    "tenants": {"FEW": 2, "MANY": 5, "ACTIVE": 2, "ANY": 5, "CALLS": 2, "WARM_UP": 1},
    "partitioning": {
        "POSTINGS": 20_000,
        "OWNERS": 100,
        "PARTITIONS": 4,
        "BATCH": 3000,
        "SECONDS": 1.0,
    },
}
ELSEWHERE = {"load", "alerting", "flood"}
"""They need a running stack: tests/e2e/test_benchmarks.py."""


@pytest.mark.parametrize("name", SIZES)
def test_prints_figures(name: str) -> None:
    if name == "scanning":
        try:
            anvil.ensure()
        except anvil.AnvilMissing as reason:
            pytest.skip(str(reason))
    printed = run_bench(name, json.dumps(SIZES[name]))
    assert any(character.isdigit() for character in printed)


def test_every_benchmark_is_tried() -> None:
    assert {*SIZES, *ELSEWHERE} == {*NAMES}
