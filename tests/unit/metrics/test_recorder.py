"""Counts of one process: their series, and that each is stored exactly once."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from mara.metrics.model.families import FAMILIES
from mara.metrics.model.family import OTHER, SERIES_MAX, Family
from mara.metrics.service import FLUSH_EVERY, Recorder
from tests.support.fakes.metrics import FakeMetricStore

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CALLS = Family("mara_calls", "Calls.", ("operation",))
WAITS = Family("mara_wait_seconds", "Waits.", (), (0.1, 1.0))


class LosingStore(FakeMetricStore):
    """Stores the values, or not, and then loses the connection."""

    def __init__(self, *, commits: bool) -> None:
        super().__init__()
        self.commits, self.is_broken = commits, False

    def save(self, environment: UUID, values: Mapping[str, int], now: datetime) -> Collection[str]:
        if not self.is_broken:
            return super().save(environment, values, now)
        if self.commits:
            super().save(environment, values, now)
        raise ConnectionResetError


class TestSeries:
    def test_of_a_counter_is_its_name_with_the_values_of_its_labels(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, "ask")
        counts.count(CALLS, "ask", by=2)
        counts.count(CALLS, "list")
        counts.flush(store, NOON)
        assert store.totals() == {"mara_calls|ask": 3, "mara_calls|list": 1}

    def test_of_a_histogram_are_its_buckets_and_the_sum_in_millionths(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        for seconds in (0.1, 0.2, 0.3, 7):
            counts.observe(WAITS, seconds)
        counts.flush(store, NOON)
        assert store.totals() == {
            "mara_wait_seconds|0.1": 1,
            "mara_wait_seconds|1": 2,
            "mara_wait_seconds|+Inf": 1,
            "mara_wait_seconds|sum": 7_600_000,
        }

    @pytest.mark.parametrize("label", ["", "a|b", 'x"y', "line\nbreak", "é", "w" * 65])
    def test_has_no_value_of_a_label_that_is_not_a_word(self, label: str) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, label)
        counts.count(CALLS, label)
        counts.flush(store, NOON)
        assert store.totals() == {f"mara_calls|{OTHER}": 2}

    def test_are_at_most_500_whatever_is_counted(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        for number in range(3 * SERIES_MAX):
            counts.count(CALLS, f"operation-{number}")
        counts.flush(store, NOON)
        totals = store.totals()
        assert len(totals) == SERIES_MAX
        assert totals["mara_metric_series_dropped"] == 2 * SERIES_MAX + 1
        assert sum(totals.values()) == 3 * SERIES_MAX

    @pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
    def test_is_read_back_as_it_was_written(self, family: Family) -> None:
        labels = tuple(f"value-{number}" for number, _ in enumerate(family.labels))
        for part in family.parts:
            assert family.take_apart(family.series(labels, part)) == (labels, part)

    def test_of_a_family_that_had_other_labels_is_not_read(self) -> None:
        assert CALLS.take_apart("mara_calls") is None
        assert WAITS.take_apart("mara_wait_seconds|0.7") is None


class TestFlush:
    def test_is_due_in_the_first_invocation_and_then_each_ten_seconds(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        assert counts.is_due(NOON)
        counts.flush(store, NOON)
        assert not counts.is_due(NOON + FLUSH_EVERY - timedelta(milliseconds=1))
        assert counts.is_due(NOON + FLUSH_EVERY)

    def test_repeats_absolute_values(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, "ask")
        for seconds in range(3):
            counts.flush(store, NOON + timedelta(seconds=seconds))
        assert store.totals() == {"mara_calls|ask": 1}

    @pytest.mark.parametrize("commits", [True, False])
    def test_that_fails_is_made_good_by_the_next_one(self, *, commits: bool) -> None:
        counts, store = Recorder(), LosingStore(commits=commits)
        counts.count(CALLS, "ask")
        store.is_broken = True
        with pytest.raises(ConnectionResetError):
            counts.flush(store, NOON)
        store.is_broken = False
        assert not counts.is_due(NOON + FLUSH_EVERY / 2)
        counts.count(CALLS, "ask")
        counts.flush(store, NOON + FLUSH_EVERY)
        assert store.totals() == {"mara_calls|ask": 2}


class TestFrozenProcess:
    def test_that_was_folded_becomes_another_environment_with_what_it_counted_since(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, "ask", by=5)
        counts.count(CALLS, "list", by=7)
        counts.flush(store, NOON)
        first = counts.environment
        store.fold(NOON + 3 * HOUR)
        counts.count(CALLS, "ask")
        counts.flush(store, NOON + 3 * HOUR)
        assert counts.environment != first
        assert store.totals() == {"mara_calls|ask": 6, "mara_calls|list": 7}
        assert store.get_values(counts.environment) == {"mara_calls|ask": 1}

    def test_that_was_folded_again_and_again_is_counted_once(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        for hours in range(0, 15, 3):
            counts.count(CALLS, "ask")
            counts.flush(store, NOON + hours * HOUR)
            store.fold(NOON + (hours + 2.5) * HOUR)
        assert store.totals() == {"mara_calls|ask": 5}

    @pytest.mark.parametrize("commits", [True, False])
    def test_does_not_know_whether_its_last_flush_was_stored(self, *, commits: bool) -> None:
        counts, store = Recorder(), LosingStore(commits=commits)
        counts.count(CALLS, "ask")
        counts.flush(store, NOON)
        counts.count(CALLS, "ask", by=10)
        store.is_broken = True
        with pytest.raises(ConnectionResetError):
            counts.flush(store, NOON + FLUSH_EVERY)
        store.is_broken = False
        store.fold(NOON + 3 * HOUR)
        counts.flush(store, NOON + 3 * HOUR)
        assert store.totals() == {"mara_calls|ask": 11}

    def test_of_which_some_rows_were_folded_keeps_the_others(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, "ask", by=2)
        counts.count(CALLS, "list", by=3)
        counts.flush(store, NOON)
        store.rows[counts.environment, "mara_calls|ask"].folded = True
        counts.count(CALLS, "ask")
        counts.count(CALLS, "list")
        counts.flush(store, NOON + 2 * HOUR)
        assert store.totals() == {"mara_calls|ask": 3, "mara_calls|list": 4}

    def test_for_days_is_counted_once_although_its_mark_is_deleted(self) -> None:
        counts, store = Recorder(), FakeMetricStore()
        counts.count(CALLS, "ask", by=5)
        counts.flush(store, NOON)
        store.fold(NOON + 3 * HOUR)
        folded = store.totals()["mara_calls|ask"]
        store.rows.clear()
        counts.count(CALLS, "ask")
        counts.flush(store, NOON + 240 * HOUR)
        assert folded + store.totals()["mara_calls|ask"] == 6


class TestChanges:
    def test_are_what_was_counted_since_the_last_time(self) -> None:
        counts = Recorder()
        counts.count(CALLS, "ask", by=5)
        assert counts.take_changes() == {"mara_calls|ask": 5}
        counts.count(CALLS, "ask")
        counts.count(CALLS, "list")
        assert counts.take_changes() == {"mara_calls|ask": 1, "mara_calls|list": 1}
        assert counts.take_changes() == {}
