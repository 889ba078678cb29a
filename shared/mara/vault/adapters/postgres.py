"""The repository of vaults in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mara.kernel.envelope import EncryptedValue, WrappedKey
from mara.platform.database import connection
from mara.vault.model import AccountKeys, ExtendedPublicKey, Vault

COMPRESSED = 33
KEYS = "evm_key, tron_key, aptos_key"
COLUMNS = f"""id, owner_id, {KEYS}, seed_format, seed_key_id, seed_wrapped_key, seed_nonce, seed,
    created_at, wrapped_at"""

ADD = f"""
    INSERT INTO vaults ({COLUMNS}) VALUES (%(id)s, %(owner_id)s, %(evm_key)s, %(tron_key)s,
        %(aptos_key)s, %(format)s, %(key_id)s, %(wrapped_key)s, %(nonce)s, %(seed)s,
        %(created_at)s, %(wrapped_at)s)
    ON CONFLICT (owner_id) DO NOTHING
"""
KEYS_OF = f"SELECT {KEYS} FROM vaults WHERE owner_id = %s"
LIST_TO_REWRAP = f"""
    SELECT {COLUMNS} FROM vaults
    WHERE (seed_key_id <> %(key_id)s OR wrapped_at < %(before)s)
      AND (%(after)s::uuid IS NULL OR id > %(after)s)
    ORDER BY id LIMIT %(limit)s
"""
UPDATE_WRAPPED_KEY = """
    UPDATE vaults SET seed_key_id = %(key_id)s, seed_wrapped_key = %(wrapped_key)s,
        wrapped_at = %(wrapped_at)s
    WHERE id = %(id)s AND owner_id = %(owner_id)s AND seed_wrapped_key = %(wrapped_before)s
"""


class PostgresVaults:
    """Implements Vaults."""

    def add(self, vault: Vault) -> bool:
        """Insert the vault; False where the owner has one, which stays unchanged."""
        return connection().execute(ADD, _parameters(vault)).rowcount == 1

    def get_account_keys(self, owner_id: UUID) -> AccountKeys | None:
        """The public keys of the owner's vault, or None."""
        row = connection().execute(KEYS_OF, (owner_id,)).fetchone()
        return _keys(*row) if row else None

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[Vault]:
        """A page of vaults wrapped by another key or before a time, ordered by id."""
        wanted = {"key_id": key_id, "before": before, "after": after, "limit": limit}
        return [_vault(row) for row in connection().execute(LIST_TO_REWRAP, wanted)]

    def update_wrapped_key(self, rewrapped: Vault, before: Vault) -> bool:
        """Store the new wrapped key; False where it changed since ``before`` was read."""
        values = {**_parameters(rewrapped), "wrapped_before": before.seed.key.content}
        return connection().execute(UPDATE_WRAPPED_KEY, values).rowcount == 1


def _vault(row: tuple[Any, ...]) -> Vault:
    id_, owner_id, evm, tron, aptos, format_, key_id, wrapped, nonce, seed, *times = row
    encrypted = EncryptedValue(format_, WrappedKey(key_id, wrapped), nonce, seed)
    created_at, wrapped_at = times
    return Vault(id_, owner_id, _keys(evm, tron, aptos), encrypted, created_at, wrapped_at)


def _keys(evm: bytes, tron: bytes, aptos: bytes) -> AccountKeys:
    return AccountKeys(_extended(evm), _extended(tron), aptos)


def _extended(content: bytes) -> ExtendedPublicKey:
    return ExtendedPublicKey(content[:COMPRESSED], content[COMPRESSED:])


def _content(key: ExtendedPublicKey) -> bytes:
    return key.public_key + key.chain_code


def _parameters(vault: Vault) -> dict[str, object]:
    encrypted = vault.seed
    return {
        "id": vault.id,
        "owner_id": vault.owner_id,
        "evm_key": _content(vault.keys.evm),
        "tron_key": _content(vault.keys.tron),
        "aptos_key": vault.keys.aptos,
        "format": encrypted.format,
        "key_id": encrypted.key.key_id,
        "wrapped_key": encrypted.key.content,
        "nonce": encrypted.nonce,
        "seed": encrypted.ciphertext,
        "created_at": vault.created_at,
        "wrapped_at": vault.wrapped_at,
    }
