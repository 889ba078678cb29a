"""The words of monitoring systems for severities."""

import pytest

from mara.alerts.model.severity import BY_WORD, WORDS, Severity, severity_of


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        (" Page ", Severity.CRITICAL),
        ("s1", Severity.CRITICAL),
        ("5", Severity.CRITICAL),
        ("WARN", Severity.WARNING),
        ("p3", Severity.WARNING),
        ("Information", Severity.INFO),
        ("0", Severity.INFO),
        ("purple", Severity.WARNING),
        ("", Severity.WARNING),
        (None, Severity.WARNING),
    ],
)
def test_are_known(word: str | None, severity: Severity) -> None:
    assert severity_of(word) is severity


def test_no_word_has_two_meanings() -> None:
    assert len(BY_WORD) == sum(map(len, WORDS.values()))


def test_are_ranked_by_urgency() -> None:
    assert [one.rank for one in (Severity.CRITICAL, Severity.WARNING, Severity.INFO)] == [0, 1, 2]
