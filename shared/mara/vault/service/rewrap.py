"""Rewraps the data keys of all seeds with the current wrapping key, after a key rotation.

The run can be killed at any point and repeated: one statement rewraps a vault, and the next run
selects only vaults that are still to be rewrapped. No seed is decrypted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.envelope import DecryptionFailed, Envelope
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.vault.model import Vault
from mara.vault.ports import Vaults

BATCH = 100
"""Vaults per page."""


@dataclass(slots=True)
class RewrapReport:
    """The result of a run; ``broken`` are vaults whose data key cannot be unwrapped, unchanged."""

    vaults: int = 0
    broken: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RewrapService:
    """Rotates the wrapping key of all vaults."""

    vaults: Vaults
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock

    def rewrap(
        self, before: datetime | None = None, report: Callable[[int], None] = lambda _: None
    ) -> RewrapReport:
        """Rewrap every vault that another key wraps.

        With ``before``, vaults wrapped before that time are rewrapped too: KMS rotates the material
        of a key and keeps the key's id. ``report`` is called with the running count after each
        vault. Safe to repeat with the same ``before``, and to run concurrently. Raises
        KeysUnavailable; the next run continues.
        """
        done = RewrapReport()
        for vault in self._pending(before):
            try:
                encrypted = self.envelope.rewrap(vault.seed, vault.encryption_context)
            except DecryptionFailed:
                done.broken.append(vault.id)
                continue
            rewrapped = replace(vault, seed=encrypted, wrapped_at=self.now())
            with self.unit_of_work(SYSTEM):
                done.vaults += self.vaults.update_wrapped_key(rewrapped, vault)
            report(done.vaults)
        return done

    def _pending(self, before: datetime | None) -> Iterator[Vault]:
        after: UUID | None = None
        while True:
            with self.unit_of_work(SYSTEM):
                found = self.vaults.list_to_rewrap(
                    self.envelope.key_id, before, after=after, limit=BATCH
                )
            yield from found
            if len(found) < BATCH:
                return
            after = found[-1].id
