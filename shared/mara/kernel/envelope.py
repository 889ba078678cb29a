"""Envelope encryption: values stored encrypted, each bound to its row and its owner.

A fresh data key encrypts each value. A key provider wraps the data key, and the wrapped key is
stored beside the ciphertext. The encryption context (table, column, row and owner) is authenticated
with both, so that neither can be decrypted in another row, column or tenant.
"""

import json
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from mara.kernel.errors import Unavailable
from mara.kernel.secret import Secret

FORMAT = 1
"""AES-256-GCM: 96-bit nonce, 128-bit tag, associated data of ``EncryptionContext``."""


class KeysUnavailable(Unavailable):
    """The key provider cannot be reached; the caller may retry."""

    title = "The key service does not answer"


class DecryptionFailed(Exception):
    """The value was moved to another context, was changed, or its key is wrong.

    Not a DomainError: the caller can do nothing about it, so clients get an internal error.
    """


@dataclass(frozen=True, slots=True)
class EncryptionContext:
    """The column, the row and the owner that an encrypted value belongs to."""

    table: str
    column: str
    row_id: UUID
    owner_id: UUID

    def to_dict(self) -> dict[str, str]:
        """The encryption context of a KMS request; not secret, and visible in its audit log."""
        return {
            "table": self.table,
            "column": self.column,
            "row_id": str(self.row_id),
            "owner_id": str(self.owner_id),
        }

    def associated_data(self, format_: int = FORMAT) -> bytes:
        """The format and the context as one unambiguous byte string, for AES-GCM."""
        return json.dumps([format_, *self.to_dict().values()]).encode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key, encrypted with the provider's key ``key_id``."""

    key_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A data key of 256 bits, in plaintext and wrapped."""

    secret: Secret
    wrapped: WrappedKey


@dataclass(frozen=True, slots=True)
class EncryptedValue:
    """The stored form of a value; ``ciphertext`` ends with the 16 bytes of the tag."""

    format: int
    key: WrappedKey
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


class KeyProvider(Protocol):
    """Holds the keys that wrap data keys, and never exports them."""

    @property
    def key_id(self) -> str:
        """The id of the current wrapping key; older keys may still unwrap."""

    def generate_data_key(self, context: EncryptionContext) -> DataKey:
        """Generate a data key, wrapped by the current key. Raises KeysUnavailable."""

    def unwrap(self, key: WrappedKey, context: EncryptionContext) -> Secret:
        """Decrypt a data key. Raises KeysUnavailable; DecryptionFailed for another context."""

    def rewrap(self, key: WrappedKey, context: EncryptionContext) -> WrappedKey:
        """Wrap the same data key with the current key. Raises as ``unwrap`` does."""


class Envelope(Protocol):
    """Encrypts and decrypts values, each with a data key of its own."""

    @property
    def key_id(self) -> str:
        """The id of the current wrapping key."""

    def encrypt(self, plaintext: Secret, context: EncryptionContext) -> EncryptedValue:
        """Encrypt a value; the caller wipes ``plaintext``. Raises KeysUnavailable."""

    def decrypt(self, encrypted: EncryptedValue, context: EncryptionContext) -> Secret:
        """Decrypt a value of this context. Raises KeysUnavailable, DecryptionFailed."""

    def rewrap(self, encrypted: EncryptedValue, context: EncryptionContext) -> EncryptedValue:
        """Wrap the data key with the current key; the ciphertext stays the same.

        Raises KeysUnavailable, DecryptionFailed.
        """
