"""Rewraps the data keys of all encrypted rows with the current key, after a key rotation.

The run can be killed at any point and repeated: one statement rewraps a row, and the next run
selects only rows that are still to be rewrapped. No content is decrypted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.kernel.clock import Clock
from mara.kernel.envelope import DecryptionFailed, Envelope
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.vault.ports import WrappedRows, WrappedT

BATCH = 100
"""Rows per page."""


@dataclass(slots=True)
class RewrapReport:
    """The result of a run; ``broken`` are rows whose data key cannot be unwrapped, unchanged."""

    rewrapped: int = 0
    broken: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RewrapService(Generic[WrappedT]):
    """Rotates the wrapping key of all rows of one repository."""

    rows: WrappedRows[WrappedT]
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock
    audit: AuditLog

    def rewrap(
        self, before: datetime | None = None, report: Callable[[int], None] = lambda _: None
    ) -> RewrapReport:
        """Rewrap every row that another key wraps.

        With ``before``, rows wrapped before that time are rewrapped too: KMS rotates the material
        of a key and keeps the key's id. ``report`` is called with the running count after each
        row. Safe to repeat with the same ``before``, and to run concurrently. Raises
        KeysUnavailable; the next run continues.
        """
        done = RewrapReport()
        for row in self._pending(before):
            try:
                encrypted = self.envelope.rewrap(row.encrypted, row.encryption_context)
            except DecryptionFailed:
                done.broken.append(row.id)
                continue
            rewrapped = row.rewrapped(encrypted, self.now())
            with self.unit_of_work(SYSTEM):
                if self.rows.update_wrapped_key(rewrapped, row):
                    self._record(row)
                    done.rewrapped += 1
            report(done.rewrapped)
        return done

    def _record(self, row: WrappedT) -> None:
        """The actor is an operator: no user can ask for it."""
        of = row.encryption_context
        self.audit.record(Deed(AuditAction.KEYS_REWRAPPED, None, of.owner_id, of.table, row.id))

    def _pending(self, before: datetime | None) -> Iterator[WrappedT]:
        after: UUID | None = None
        while True:
            with self.unit_of_work(SYSTEM):
                found = self.rows.list_to_rewrap(
                    self.envelope.key_id, before, after=after, limit=BATCH
                )
            yield from found
            if len(found) < BATCH:
                return
            after = found[-1].id
