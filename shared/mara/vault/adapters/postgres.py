"""The repository of vaults in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert

from mara.platform import wrapped_columns
from mara.platform.sql import Row, bound, execute, fetch_all, fetch_one
from mara.vault.adapters.tables import vaults
from mara.vault.model import AccountKeys, Vault

ADD = insert(vaults).values(bound(vaults.c)).on_conflict_do_nothing(index_elements=["owner_id"])
GET_ACCOUNT_KEYS = select(vaults.c.evm_key, vaults.c.tron_key, vaults.c.aptos_key).where(
    vaults.c.owner_id == bindparam("owner_id")
)
LIST_TO_REWRAP = wrapped_columns.list_to_rewrap(vaults, "seed")
UPDATE_WRAPPED_KEY = wrapped_columns.update_wrapped_key(vaults, "seed")


class PostgresVaults:
    """Implements Vaults."""

    def add(self, vault: Vault) -> bool:
        """Insert the vault; False where the owner has one, which stays unchanged."""
        return execute(ADD, **_values(vault)) == 1

    def get_account_keys(self, owner_id: UUID) -> AccountKeys | None:
        """The public keys of the owner's vault, or None."""
        row = fetch_one(GET_ACCOUNT_KEYS, owner_id=owner_id)
        return _keys(row) if row else None

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[Vault]:
        """A page of vaults wrapped by another key or before a time, ordered by id."""
        rows = fetch_all(LIST_TO_REWRAP, key_id=key_id, before=before, after=after, limit=limit)
        return [_vault(row) for row in rows]

    def update_wrapped_key(self, rewrapped: Vault, before: Vault) -> bool:
        """Store the new wrapped key; False where it changed since ``before`` was read."""
        values = _values(rewrapped)
        return execute(UPDATE_WRAPPED_KEY, **values, wrapped_before=before.seed.key.content) == 1


def _vault(row: Row) -> Vault:
    seed = wrapped_columns.load("seed", row)
    times = (row["created_at"], row["wrapped_at"])
    return Vault(row["id"], row["owner_id"], _keys(row), seed, *times)


def _keys(row: Row) -> AccountKeys:
    return AccountKeys(row["evm_key"], row["tron_key"], row["aptos_key"])


def _values(vault: Vault) -> Row:
    return {
        "id": vault.id,
        "owner_id": vault.owner_id,
        "evm_key": vault.keys.evm,
        "tron_key": vault.keys.tron,
        "aptos_key": vault.keys.aptos,
        **wrapped_columns.dump("seed", vault.seed),
        "created_at": vault.created_at,
        "wrapped_at": vault.wrapped_at,
    }
