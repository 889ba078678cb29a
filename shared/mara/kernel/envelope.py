"""Values that are kept encrypted, each bound to its place in the database and to its owner.

A fresh data key encrypts each value; a key provider wraps the data key, and the wrapped key stands
beside the ciphertext. Where the value stands and whose it is are authenticated with both, so that
neither opens in another row, column or tenant.
"""

import json
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from mara.kernel.errors import Unavailable
from mara.kernel.secret import Secret

FORMAT = 1
"""AES-256-GCM with a nonce of 96 bits, a tag of 128, and the associated data of ``Place``."""


class KeysUnavailable(Unavailable):
    title = "The key service does not answer"


class SealBroken(Exception):
    """What was sealed does not open in this place: it was moved or changed, or the key is wrong.

    No failure that a caller could do anything about: to them it is an internal error.
    """


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands, and whose it is."""

    table: str
    column: str
    row_id: UUID
    owner_id: UUID

    def context(self) -> dict[str, str]:
        """The encryption context of the key provider; not secret, and seen in its audit log."""
        return {
            "table": self.table,
            "column": self.column,
            "row_id": str(self.row_id),
            "owner_id": str(self.owner_id),
        }

    def associated_data(self, format_: int = FORMAT) -> bytes:
        """The same values and the format, in one unambiguous spelling."""
        return json.dumps([format_, *self.context().values()]).encode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A data key under the provider's key ``key_id``."""

    key_id: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataKey:
    """256 bits, and the same wrapped."""

    secret: Secret
    wrapped: WrappedKey


@dataclass(frozen=True, slots=True)
class Sealed:
    """What is stored. ``ciphertext`` ends with the tag."""

    format: int
    key: WrappedKey
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


class KeyProvider(Protocol):
    """Holds the keys that wrap data keys, and never gives them away."""

    @property
    def key_id(self) -> str:
        """Of the key that wraps now; others may still unwrap."""

    def generate_data_key(self, place: Place) -> DataKey:
        """Raises KeysUnavailable."""

    def unwrap(self, key: WrappedKey, place: Place) -> Secret:
        """Raises KeysUnavailable, and SealBroken where the key was wrapped for another place."""

    def rewrap(self, key: WrappedKey, place: Place) -> WrappedKey:
        """The same data key under the key that wraps now. Raises as ``unwrap`` does."""


class Envelope(Protocol):
    @property
    def key_id(self) -> str:
        """Of the key that wraps now."""

    def seal(self, plaintext: Secret, place: Place) -> Sealed:
        """Wiping ``plaintext`` is left to the caller. Raises KeysUnavailable."""

    def open(self, sealed: Sealed, place: Place) -> Secret:
        """Raises KeysUnavailable, SealBroken."""

    def rewrap(self, sealed: Sealed, place: Place) -> Sealed:
        """The same ciphertext, its data key under the key that wraps now.

        Raises KeysUnavailable, SealBroken.
        """
