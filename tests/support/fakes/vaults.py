"""The vault's repositories in memory, and its services with real derivation and encryption."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from mara.kernel.clock import Clock
from mara.kernel.unit_of_work import SYSTEM
from mara.vault.model import AccountKeys, ConnectionSecret, Vault
from mara.vault.service.connection_secrets import ConnectionSecretService
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
        return page_to_rewrap(self._database.tables.vaults.values(), key_id, before, after)[:limit]

    def update_wrapped_key(self, rewrapped: Vault, before: Vault) -> bool:
        known = self._database.tables.vaults.get(rewrapped.owner_id)
        if known is None or known.seed.key.content != before.seed.key.content:
            return False
        seed = replace(known.seed, key=rewrapped.seed.key)
        self._database.tables.vaults[known.owner_id] = replace(
            known, seed=seed, wrapped_at=rewrapped.wrapped_at
        )
        return True


class FakeConnectionSecrets:
    """Implements ``ConnectionSecrets``; a secret is visible to its owner and to the system."""

    def __init__(self, database: FakeDatabase) -> None:
        self._database = database

    def add(self, secret: ConnectionSecret) -> None:
        self._database.tables.connection_secrets[secret.id] = secret

    def get(self, secret_id: UUID) -> ConnectionSecret | None:
        found = self._database.tables.connection_secrets.get(secret_id)
        return found if found and self._database.scope in {SYSTEM, found.owner_id} else None

    def delete(self, secret_id: UUID) -> bool:
        if self.get(secret_id) is None:
            return False
        del self._database.tables.connection_secrets[secret_id]
        return True

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[ConnectionSecret]:
        secrets = self._database.tables.connection_secrets.values()
        return page_to_rewrap(secrets, key_id, before, after)[:limit]

    def update_wrapped_key(self, rewrapped: ConnectionSecret, before: ConnectionSecret) -> bool:
        known = self._database.tables.connection_secrets.get(rewrapped.id)
        if known is None or known.encrypted.key.content != before.encrypted.key.content:
            return False
        encrypted = replace(known.encrypted, key=rewrapped.encrypted.key)
        changed = known.rewrapped(encrypted, rewrapped.wrapped_at)
        self._database.tables.connection_secrets[known.id] = changed
        return True


RowT = TypeVar("RowT", Vault, ConnectionSecret)


def page_to_rewrap(
    rows: Iterable[RowT], key_id: str, before: datetime | None, after: UUID | None
) -> list[RowT]:
    return [
        row
        for row in sorted(rows, key=lambda one: one.id)
        if (after is None or row.id > after)
        and (row.encrypted.key.key_id != key_id or (before is not None and row.wrapped_at < before))
    ]


def fake_secret_store(database: FakeDatabase, now: Clock) -> ConnectionSecretService:
    """Secrets encrypted as in production, with the local wrapping key, in memory."""
    return ConnectionSecretService(FakeConnectionSecrets(database), envelope(), now)


def fake_vault_service(database: FakeDatabase, now: Clock) -> VaultService:
    """Keys are derived and seeds encrypted as in production, with the local wrapping key."""
    return VaultService(FakeVaults(database), derivation(), envelope(), database.unit_of_work, now)
