"""Putting the data keys of all seeds under the key that wraps now, after a rotation.

Every step may be the last of a process that is killed: a vault is rewrapped by one statement, and
is then no longer among those that the next run finds. No seed is decrypted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.envelope import Envelope, SealBroken
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.vault.model import Vault
from mara.vault.ports import Vaults

BATCH = 100
"""Vaults asked for at once."""


@dataclass(slots=True)
class Rewrapped:
    """``broken`` are vaults whose data key does not open: they were left as they are."""

    vaults: int = 0
    broken: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RewrappingService:
    vaults: Vaults
    envelope: Envelope
    unit_of_work: UnitOfWork
    now: Clock

    def rewrap(
        self, before: datetime | None = None, report: Callable[[int], None] = lambda _: None
    ) -> Rewrapped:
        """Every vault under another key, and with ``before`` those wrapped before that moment too,
        as KMS rotates the material of a key and keeps its id.

        ``report`` hears of every vault how many there were. Safe to repeat at any point, with the
        same ``before``, and beside another run. Raises KeysUnavailable; the next run goes on.
        """
        done = Rewrapped()
        for vault in self._pending(before):
            try:
                sealed = self.envelope.rewrap(vault.seed, vault.place)
            except SealBroken:
                done.broken.append(vault.id)
                continue
            rewrapped = replace(vault, seed=sealed, wrapped_at=self.now())
            with self.unit_of_work(SYSTEM):
                done.vaults += self.vaults.save_wrapping(rewrapped, vault)
            report(done.vaults)
        return done

    def _pending(self, before: datetime | None) -> Iterator[Vault]:
        after: UUID | None = None
        while True:
            with self.unit_of_work(SYSTEM):
                found = self.vaults.wrapped_otherwise(
                    self.envelope.key_id, before, after=after, limit=BATCH
                )
            yield from found
            if len(found) < BATCH:
                return
            after = found[-1].id
