"""The repository of vaults in memory, and the service with the real key derivation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mara.kernel.clock import Clock
from mara.vault.model import AccountKeys, Vault
from mara.vault.service.vaults import VaultService
from mara.wiring.vault import derivation
from tests.support.fakes.database import FakeDatabase
from tests.support.vaults import envelope


class FakeVaults:
    """Implements ``Vaults``."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, vault: Vault) -> bool:
        vaults = self._database.tables.vaults
        if vault.owner_id in vaults:
            return False
        vaults[vault.owner_id] = vault
        return True

    def get_account_keys(self, owner_id: UUID) -> AccountKeys | None:
        vault = self._database.tables.vaults.get(owner_id)
        return vault.keys if vault else None

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[Vault]:
        old = [
            vault
            for vault in sorted(self._database.tables.vaults.values(), key=lambda one: one.id)
            if (after is None or vault.id > after)
            and (
                vault.seed.key.key_id != key_id
                or (before is not None and vault.wrapped_at < before)
            )
        ]
        return old[:limit]

    def update_wrapped_key(self, rewrapped: Vault, before: Vault) -> bool:
        known = self._database.tables.vaults.get(rewrapped.owner_id)
        if known is None or known.seed.key.content != before.seed.key.content:
            return False
        seed = replace(known.seed, key=rewrapped.seed.key)
        self._database.tables.vaults[known.owner_id] = replace(
            known, seed=seed, wrapped_at=rewrapped.wrapped_at
        )
        return True


def fake_vault_service(database: FakeDatabase, now: Clock) -> VaultService:
    """Keys are derived and seeds encrypted as in production, with the local wrapping key."""
    return VaultService(FakeVaults(database), derivation(), envelope(), database.unit_of_work, now)
