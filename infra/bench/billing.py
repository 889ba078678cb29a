"""Measures billing on a PostgreSQL that writes durably (fsync)."""

from typing import Final

from infra.bench import metering

QUESTIONS: Final = 1000


def run() -> None:
    """Measure each part of billing, and print it."""
    metering.run(QUESTIONS)
