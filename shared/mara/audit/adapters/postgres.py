"""Recording of deeds in PostgreSQL, without SQLAlchemy, which some routes do not load."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mara.audit.model.deed import Deed
from mara.audit.model.entry import canonical_json, entry_of
from mara.kernel.clock import Clock
from mara.platform.database import connection

SALT_BYTES: Final = 32
# One statement, also without a detail: a failed login takes as long for an unknown account.
RECORD: Final = """
    WITH entry AS (
        INSERT INTO audit_rows
            (id, at, actor_id, action, owner_id, object_kind, object_id, detail_mac)
        VALUES (%(id)s, %(at)s, %(actor_id)s, %(action)s, %(owner_id)s, %(object_kind)s,
            %(object_id)s, %(detail_mac)s)
    )
    INSERT INTO audit_details (entry_id, owner_id, salt, content)
    SELECT %(id)s, %(owner_id)s::uuid, %(salt)s, %(content)s::jsonb
    WHERE %(content)s::jsonb IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class PostgresAuditLog:
    """Implements ``AuditLog``."""

    now: Clock
    new_id: Callable[[], UUID]

    def record(self, deed: Deed) -> None:
        """Insert the row, and its detail if it has one."""
        salt = secrets.token_bytes(SALT_BYTES)
        entry, detail = entry_of(deed, self.new_id(), self.now(), salt)
        parameters = {
            "id": entry.id,
            "at": entry.at,
            "actor_id": entry.actor_id,
            "action": str(entry.action),
            "owner_id": entry.owner_id,
            "object_kind": entry.object_kind,
            "object_id": entry.object_id,
            "detail_mac": entry.detail_mac,
            "salt": salt,
            "content": canonical_json(detail.content).decode() if detail else None,
        }
        connection().execute(RECORD, parameters)
