"""Recording of deeds in PostgreSQL."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, insert

from mara.audit.adapters.tables import audit_details, audit_rows
from mara.audit.model.deed import Deed
from mara.audit.model.entry import entry_of
from mara.kernel.clock import Clock
from mara.platform.sql import bound, execute, values_of

SALT_BYTES = 32
CHAIN = {"position", "previous", "hash"}

ADD = insert(audit_rows).values(bound(col for col in audit_rows.c if col.key not in CHAIN))
ADD_DETAIL = insert(audit_details).values(bound(audit_details.c))
FORGET = delete(audit_details).where(audit_details.c.owner_id == bindparam("owner_id"))


@dataclass(frozen=True, slots=True)
class PostgresAuditLog:
    """Implements ``AuditLog``."""

    now: Clock
    new_id: Callable[[], UUID]

    def record(self, deed: Deed) -> None:
        """Insert the row, and its detail if it has one."""
        salt = secrets.token_bytes(SALT_BYTES)
        entry, detail = entry_of(deed, self.new_id(), self.now(), salt)
        execute(ADD, **values_of(entry))
        if detail:
            execute(ADD_DETAIL, **values_of(detail))

    def forget(self, owner_id: UUID) -> int:
        """Delete the user's salts and details."""
        return execute(FORGET, owner_id=owner_id)
