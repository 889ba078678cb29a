"""What a document is about."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mara.documents.model.analysis import (
    DEADLINE,
    Analysis,
    AnalysisState,
    entities_in,
    is_a_statement,
    most_central,
)
from mara.kernel.ids import new_id

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class TestEntitiesIn:
    @pytest.mark.parametrize(
        ("text", "found", "kind"),
        [
            ("Write to ops@example.com now.", "ops@example.com", "email"),
            ("See https://example.com/a?b=1 first.", "https://example.com/a?b=1", "url"),
            ("It ends on 2026-11-23.", "2026-11-23", "date"),
            ("Договор действует до 31.12.2026.", "31.12.2026", "date"),
            ("The plan costs 12.50 USDT a month.", "12.50 USDT", "amount"),
            ("The alert KubePodCrashLooping fires.", "KubePodCrashLooping", "identifier"),
            ("Ответственный, Иван Петров, дежурит.", "Иван Петров", "name"),
        ],
    )
    def test_recognises(self, text: str, found: str, kind: str) -> None:
        assert (found, kind) in {(entity.text, entity.kind) for entity in entities_in([text])}

    def test_counts_the_most_frequent_first(self) -> None:
        found = entities_in(["NodeDiskFull and PodLost.", "NodeDiskFull again."])
        assert [(entity.text, entity.count) for entity in found[:2]] == [
            ("NodeDiskFull", 2),
            ("PodLost", 1),
        ]

    @given(st.text(max_size=300))
    def test_are_verbatim(self, text: str) -> None:
        assert all(entity.text in text for entity in entities_in([text]))


class TestMostCentral:
    def test_takes_what_is_near_to_all_and_nothing_twice(self) -> None:
        vectors = [[1.0, 0.0], [1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-1.0, 0.0]]
        taken = most_central(vectors, 3)
        assert len({0, 1} & set(taken)) <= 1
        assert 4 not in taken[:2]
        assert taken == sorted(taken)

    def test_takes_nothing_from_nothing(self) -> None:
        assert most_central([], 5) == []


class TestAnalysis:
    def test_is_given_up_when_its_time_is_over(self) -> None:
        """No job stays open, whatever became of its worker."""
        waiting = Analysis(new_id(), new_id(), AnalysisState.QUEUED, NOW)
        assert waiting.at(NOW + timedelta(minutes=1)) is AnalysisState.QUEUED
        assert waiting.at(NOW + DEADLINE + timedelta(seconds=1)) is AnalysisState.FAILED


def test_a_table_is_no_statement() -> None:
    assert is_a_statement("Restart the daemon and compare the clocks.")
    assert not is_a_statement("12 | 34 | 56 | 78 | 90 | 12 | 34 | 56 | 78")
    assert not is_a_statement("See below.")
