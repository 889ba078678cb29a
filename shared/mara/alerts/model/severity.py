"""Severities of alerts, and the words of monitoring systems for them."""

from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How urgent an alert is; the most urgent first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the most urgent."""
        return list(Severity).index(self)


WORDS: Final = {
    Severity.CRITICAL: ("critical", "crit", "disaster", "high", "error", "fatal", "emergency",
                        "emerg", "alert", "page", "major", "s1", "s2", "sev1", "sev2", "p1", "p2",
                        "p0", "sev0", "4", "5"),
    Severity.WARNING: ("warning", "warn", "average", "medium", "minor", "s3", "sev3", "p3", "2",
                       "3"),
    Severity.INFO: ("info", "information", "informational", "notice", "low", "none", "debug", "ok",
                    "s4", "sev4", "p4", "p5", "not classified", "0", "1"),
}  # fmt: skip
"""Words of Prometheus rules, syslog, GitLab (s1-s4), PagerDuty (p1-p5), and Zabbix (0-5)."""
BY_WORD: Final = {word: severity for severity, words in WORDS.items() for word in words}


SEVERITY_LABELS: Final = ("severity", "priority", "level")
"""Labels that hold such a word; the first that an alert has counts."""


def severity_of(word: str | None) -> Severity:
    """The severity that a monitoring system means; an unknown word is a warning."""
    return BY_WORD.get((word or "").strip().lower(), Severity.WARNING)
