"""The tables of the vault: encrypted seeds with public keys, and secrets of connections."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from mara.platform.schema import TIMESTAMP, Converted, metadata
from mara.vault.model import ExtendedPublicKey

COMPRESSED = 33
"""Bytes of a compressed public key; its chain code follows."""


def _load_key(content: bytes) -> ExtendedPublicKey:
    return ExtendedPublicKey(content[:COMPRESSED], content[COMPRESSED:])


def _dump_key(key: ExtendedPublicKey) -> bytes:
    return key.public_key + key.chain_code


EXTENDED_KEY = Converted(LargeBinary(), load=_load_key, dump=_dump_key)

# No cascade: a user who still has a vault cannot be deleted.
vaults = Table(
    "vaults",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id"), nullable=False),
    Column("evm_key", EXTENDED_KEY, nullable=False),
    Column("tron_key", EXTENDED_KEY, nullable=False),
    Column("aptos_key", LargeBinary, nullable=False),
    Column("seed_format", SmallInteger, nullable=False),
    Column("seed_key_id", Text, nullable=False),
    Column("seed_wrapped_key", LargeBinary, nullable=False),
    Column("seed_nonce", LargeBinary, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("wrapped_at", TIMESTAMP, nullable=False),
    UniqueConstraint("owner_id"),
    CheckConstraint("length(evm_key) = 65", name="evm_key"),
    CheckConstraint("length(tron_key) = 65", name="tron_key"),
    CheckConstraint("length(aptos_key) = 32", name="aptos_key"),
    CheckConstraint("seed_format = 1", name="seed_format"),
    CheckConstraint("length(seed_nonce) = 12", name="seed_nonce"),
    CheckConstraint("length(seed) = 48", name="seed"),
)

connection_secrets = Table(
    "connection_secrets",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("content_format", SmallInteger, nullable=False),
    Column("content_key_id", Text, nullable=False),
    Column("content_wrapped_key", LargeBinary, nullable=False),
    Column("content_nonce", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("created_at", TIMESTAMP, nullable=False),
    Column("wrapped_at", TIMESTAMP, nullable=False),
    Index("connection_secrets_owner", "owner_id"),
    CheckConstraint("content_format = 1", name="content_format"),
    CheckConstraint("length(content_nonce) = 12", name="content_nonce"),
    CheckConstraint("length(content) BETWEEN 17 AND 4112", name="content"),
)
