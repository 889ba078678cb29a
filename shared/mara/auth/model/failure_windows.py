"""Which failed logins of unknown accounts the audit records: a few rows for any number of them.

Attempts on an account end with its lock. Addresses that no account has are without number, and
rows of the audit are kept for ever, so a row tells how many there were up to then: 1, 10, 100 …
"""

from datetime import timedelta
from typing import Final

from mara.auth.model.devices import FailureSubject

WINDOW: Final = timedelta(hours=1)
"""Counts of failures begin again after it."""
ROWS_MAX: Final = 1000
"""Rows of one window for all networks; of those after them a row tells how many there were."""
ROWS: Final = FailureSubject("window:rows")
"""Counts these rows."""


def failures_from(network: str) -> FailureSubject:
    """Counts the failures from one network, whichever account they named."""
    return FailureSubject(f"window:{network}")


def is_told(count: int) -> bool:
    """Whether the audit has a row that tells this count: it is a power of ten."""
    return str(count).rstrip("0") == "1"


def has_row(rows: int) -> bool:
    """Whether the row of this number is written, of those of one window."""
    return rows <= ROWS_MAX or is_told(rows)
