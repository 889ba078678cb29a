"""Vaults in the database, and their rows as whoever holds the database may change them."""

from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from mara.kernel.envelope import EncryptedValue, WrappedKey
from mara.kernel.secret import Secret
from mara.platform.envelope import AesGcmEnvelope
from mara.platform.local_keys import LocalKeys
from mara.platform.settings.keys import LocalKeySettings
from mara.vault.model import seed_context

ENCRYPTED = "seed_format, seed_key_id, seed_wrapped_key, seed_nonce, seed"


def envelope() -> AesGcmEnvelope:
    return AesGcmEnvelope(LocalKeys(LocalKeySettings()))  # type: ignore[call-arg]


def open_seed(link: psycopg.Connection[Any], owner_id: UUID) -> Secret:
    """What the row of this owner holds. Raises DecryptionFailed."""
    row = iter(link.execute(f"SELECT id, {ENCRYPTED} FROM vaults WHERE owner_id = %s", [owner_id]))
    id_, format_, key_id, wrapped, nonce, ciphertext = next(row)
    encrypted = EncryptedValue(format_, WrappedKey(key_id, wrapped), nonce, ciphertext)
    return envelope().decrypt(encrypted, seed_context(id_, owner_id))


def swap(link: psycopg.Connection[Any], *columns: str) -> None:
    """Exchange these columns between the two vaults there are."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with link.transaction():
        link.execute("ALTER TABLE vaults DROP CONSTRAINT IF EXISTS vaults_owner_id_key")
        rows = link.execute(sql.SQL("SELECT id, {} FROM vaults ORDER BY id").format(names))
        (one, *of_one), (other, *of_other) = rows.fetchall()
        for id_, values in ((one, of_other), (other, of_one)):
            change = sql.SQL(", ").join(
                sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns
            )
            link.execute(
                sql.SQL("UPDATE vaults SET {} WHERE id = %s").format(change), [*values, id_]
            )
