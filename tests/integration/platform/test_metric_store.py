"""Counts of environments in PostgreSQL, and the fake under the same contract."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import psycopg
import pytest

from mara.kernel.ids import new_id
from mara.kernel.unit_of_work import SYSTEM
from mara.metrics.ports import MetricStore
from mara.metrics.service import MARK_TRUSTED_FOR
from mara.platform import metric_folding
from mara.platform.database import disconnect, execute_autocommit, transaction
from mara.platform.metric_folding import FOLD_AFTER, MARKS_KEPT
from mara.platform.metric_store import NotConnected, PostgresMetricStore
from tests.support.fakes.metrics import FakeMetricStore

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)


@dataclass(frozen=True)
class Kept:
    store: MetricStore
    fold: Callable[[datetime], int]
    totals: Callable[[], Mapping[str, int]]


def read_totals() -> Mapping[str, int]:
    with transaction(SYSTEM):
        return metric_folding.totals()


def connect() -> None:
    execute_autocommit("SELECT 1", {})


@pytest.fixture(params=["fake", "postgres"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        fake = FakeMetricStore()
        return Kept(fake, fake.fold, fake.totals)
    request.getfixturevalue("database")
    connect()
    return Kept(PostgresMetricStore(), metric_folding.fold, read_totals)


class TestContract:
    def test_sums_the_values_of_all_environments(self, kept: Kept) -> None:
        assert set(kept.store.save(new_id(), {"a": 1, "b": 2}, NOON)) == {"a", "b"}
        kept.store.save(new_id(), {"a": 10}, NOON)
        assert kept.totals() == {"a": 11, "b": 2}

    def test_replaces_the_values_of_an_environment(self, kept: Kept) -> None:
        environment = new_id()
        kept.store.save(environment, {"a": 1}, NOON)
        kept.store.save(environment, {"a": 5, "b": 1}, NOON)
        assert kept.store.get_values(environment) == {"a": 5, "b": 1}

    def test_folds_what_was_not_flushed_for_two_hours(self, kept: Kept) -> None:
        kept.store.save(new_id(), {"a": 1}, NOON)
        assert kept.fold(NOON + FOLD_AFTER) == 0
        assert kept.fold(NOON + FOLD_AFTER + timedelta(seconds=1)) == 1
        assert kept.fold(LATER) == 0
        assert kept.totals() == {"a": 1}

    def test_never_changes_a_folded_row(self, kept: Kept) -> None:
        environment = new_id()
        kept.store.save(environment, {"a": 1}, NOON)
        kept.fold(LATER)
        assert list(kept.store.save(environment, {"a": 9, "b": 1}, LATER)) == ["b"]
        assert kept.store.get_values(environment) == {"a": 1, "b": 1}
        assert kept.totals() == {"a": 1, "b": 1}

    def test_adds_to_a_total_that_is_there_already(self, kept: Kept) -> None:
        for value in (1, 10):
            kept.store.save(new_id(), {"a": value}, NOON)
            kept.fold(LATER)
        assert kept.totals() == {"a": 11}


@pytest.mark.usefixtures("database")
class TestPostgres:
    def test_folds_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(metric_folding, "FOLD_BATCH", 7)
        connect()
        for _ in range(10):
            PostgresMetricStore().save(new_id(), {"a": 1, "b": 1, "c": 1}, NOON)
        assert metric_folding.fold(LATER) == 30
        assert read_totals() == {"a": 10, "b": 10, "c": 10}

    def test_deletes_marks_only_when_no_process_trusts_them(self) -> None:
        assert MARKS_KEPT - FOLD_AFTER > MARK_TRUSTED_FOR
        connect()
        PostgresMetricStore().save(new_id(), {"a": 1}, NOON)
        metric_folding.fold(LATER)
        for at, deleted in ((LATER + MARKS_KEPT, 0), (LATER + 2 * MARKS_KEPT, 1)):
            with transaction(SYSTEM):
                assert metric_folding.delete_marked(at) == deleted
        assert read_totals() == {"a": 1}

    def test_opens_no_connection(self) -> None:
        disconnect()
        with pytest.raises(NotConnected):
            PostgresMetricStore().save(new_id(), {"a": 1}, NOON)

    def test_gives_a_flush_up_that_waits_for_a_lock(
        self, as_owner: psycopg.Connection[Any]
    ) -> None:
        connect()
        environment = new_id()
        PostgresMetricStore().save(environment, {"a": 1}, NOON)
        with as_owner.transaction():
            as_owner.execute("SELECT FROM metric_values FOR UPDATE")
            with pytest.raises(psycopg.errors.QueryCanceled):
                PostgresMetricStore().save(environment, {"a": 2}, NOON)
        assert PostgresMetricStore().save(environment, {"a": 2}, NOON) == ["a"]
        row = execute_autocommit("SHOW statement_timeout", {})
        assert row == [("30s",)]  # the limit was the flush's alone

    def test_takes_less_than_5_ms_for_the_series_of_a_function(self) -> None:
        connect()
        environment, took_ms = new_id(), []
        values = {f"mara_family_of_some_length|operation-{n}|2xx": n for n in range(100)}
        for second in range(50):
            started = time.perf_counter()
            PostgresMetricStore().save(environment, values, NOON + timedelta(seconds=second))
            took_ms.append((time.perf_counter() - started) * 1000)
        print(f"a flush of {len(values)} series: {median(took_ms):.1f} ms")
        assert min(took_ms) <= 5  # other work on the machine only makes it longer
