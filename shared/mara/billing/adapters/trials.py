"""Who has used a trial, by keyed hashes in PostgreSQL."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mara.billing.errors import ConcurrentChange
from mara.platform.database import connection

EMAIL = "SELECT email FROM users WHERE id = %s"
USED = "SELECT EXISTS (SELECT FROM trials WHERE subject = ANY (%s))"
USE = """
    INSERT INTO trials (subject, used_at) SELECT subject, %s FROM unnest(%s::bytea[]) AS subject
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class PostgresTrials:
    """Implements ``Trials``.

    Rows hold HMAC-SHA256 of the user's id and e-mail address with ``key``, and nothing else that
    identifies a person, so they can outlive the erasure of the account.
    """

    key: bytes

    def is_available(self, owner_id: UUID) -> bool:
        """Whether neither the user nor their e-mail address has had a trial."""
        row = connection().execute(USED, (self._subjects(owner_id),)).fetchone()
        return row is not None and not row[0]

    def use(self, owner_id: UUID, at: datetime) -> None:
        """Record the user's trial. Raises ConcurrentChange if it was recorded meanwhile."""
        subjects = self._subjects(owner_id)
        if connection().execute(USE, (at, subjects)).rowcount != len(subjects):
            raise ConcurrentChange("The trial was used meanwhile. Retry.")

    def _subjects(self, owner_id: UUID) -> list[bytes]:
        row = connection().execute(EMAIL, (owner_id,)).fetchone()
        named = [f"user:{owner_id}", *([f"email:{row[0]}"] if row and row[0] else [])]
        return [hmac.digest(self.key, name.encode(), "sha256") for name in named]
