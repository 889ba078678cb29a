"""Measures billing on a PostgreSQL that writes durably (fsync): use, renewals, and idle ticks."""

from typing import Final

from infra.bench import idle_ticks, metering, renewals

QUESTIONS: Final = 1000
SUBSCRIPTIONS: Final = 50_000
"""Subscriptions that are due at once."""
ORM_SUBSCRIPTIONS: Final = 1000
"""Those of them that the ORM loop renews."""
SECONDS: Final = 10
"""How long each run of pgbench takes."""
IDLE: Final = 1_000_000
"""Subscriptions of which none is due."""


def run() -> None:
    """Measure each part of billing, and print it."""
    metering.run(QUESTIONS)
    renewals.run(SUBSCRIPTIONS, ORM_SUBSCRIPTIONS, SECONDS)
    idle_ticks.run(IDLE)
