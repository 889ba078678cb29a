"""Levels of use in PostgreSQL, and their recount from the tables of what exists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.billing.adapters.usage_statements import CHANGE_LEVEL, READ_LEVELS, RECOUNT
from mara.billing.model.levels import LevelDifference
from mara.billing.model.meters import Meter
from mara.platform.database import connection

STORED_BYTES: Final = """
    SELECT owner_id, sum(size)::bigint AS level FROM documents
    WHERE deleted_at IS NULL GROUP BY owner_id
"""


@dataclass(frozen=True, slots=True)
class PostgresUsageLevels:
    """Implements ``UsageLevels``.

    ``counts`` has a query per meter that counts what exists, as ``owner_id`` and ``level``.
    """

    counts: Mapping[Meter, str]

    def read(self, owner_id: UUID) -> Mapping[Meter, int]:
        """The levels of a user; those that are 0 may be missing."""
        rows = connection().execute(READ_LEVELS, (owner_id,))
        return {Meter(meter): level for meter, level in rows}

    def change(self, owner_id: UUID, meter: Meter, by: int) -> int:
        """Add ``by`` under the lock of the row; the new level, which is never negative."""
        parameters = {"owner_id": owner_id, "meter": meter, "by": by}
        row = connection().execute(CHANGE_LEVEL, parameters).fetchone()
        if row is None:
            raise AssertionError("the upsert returns its row")
        level: int = row[0]
        return level

    def recount(self) -> Sequence[LevelDifference]:
        """Count everything that exists, correct the levels that differ, and return those."""
        return [
            LevelDifference(owner_id, meter, stored, counted)
            for meter, count in self.counts.items()
            for owner_id, stored, counted in connection().execute(
                RECOUNT.format(counted=count), {"meter": meter}
            )
        ]
