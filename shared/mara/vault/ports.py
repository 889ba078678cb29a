"""Ports of the vault: its repositories, key derivation, and the store of connection secrets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, Self, TypeVar
from uuid import UUID

from mara.kernel.envelope import EncryptedValue, EncryptionContext
from mara.kernel.secret import Secret
from mara.vault.model import AccountKeys, Addresses, ConnectionSecret, Vault


class Wrapped(Protocol):
    """A row whose value is encrypted with a data key that a key provider wraps."""

    @property
    def id(self) -> UUID:
        """The id of the row."""

    @property
    def encrypted(self) -> EncryptedValue:
        """The value with its wrapped data key."""

    @property
    def encryption_context(self) -> EncryptionContext:
        """The context that the value is encrypted for."""

    def rewrapped(self, encrypted: EncryptedValue, at: datetime) -> Self:
        """The same row with this value, wrapped at this time."""


WrappedT = TypeVar("WrappedT", bound=Wrapped)


class WrappedRows(Protocol[WrappedT]):
    """The rows whose data keys a rotation rewraps."""

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[WrappedT]:
        """List rows wrapped by another key than ``key_id`` or before a time, ordered by id.

        ``after`` is the cursor: the id of the last row of the previous page.
        """

    def update_wrapped_key(self, rewrapped: WrappedT, before: WrappedT) -> bool:
        """Store the new wrapped key; return False where it is no longer the one of ``before``."""


class Vaults(WrappedRows[Vault], Protocol):
    """The repository of vaults."""

    def add(self, vault: Vault) -> bool:
        """Insert the vault; return False where the owner has one, which stays unchanged.

        Waits for a concurrent transaction that inserts one for the same owner.
        """

    def get_account_keys(self, owner_id: UUID) -> AccountKeys | None:
        """Return the public keys of the owner's vault, or None where there is no vault."""


class ConnectionSecrets(WrappedRows[ConnectionSecret], Protocol):
    """The repository of connection secrets."""

    def add(self, secret: ConnectionSecret) -> None:
        """Insert the secret."""

    def get(self, secret_id: UUID) -> ConnectionSecret | None:
        """Return the secret, or None where the scope has no such secret."""

    def delete(self, secret_id: UUID) -> bool:
        """Delete the secret; False where the scope has none."""


class SecretStore(Protocol):
    """Secrets of connections: encrypted outside of transactions, stored inside the caller's."""

    def seal(self, owner_id: UUID, plaintext: Secret) -> ConnectionSecret:
        """Encrypt a secret and wipe ``plaintext``; call it outside of transactions.

        Raises KeysUnavailable.
        """

    def add(self, sealed: ConnectionSecret) -> None:
        """Store the secret in the caller's transaction."""

    def get(self, secret_id: UUID) -> ConnectionSecret | None:
        """Read the sealed secret in the caller's transaction; None where the scope has none."""

    def open(self, sealed: ConnectionSecret) -> Secret:
        """Decrypt the secret, outside of transactions; the caller wipes it after use.

        Raises KeysUnavailable, DecryptionFailed.
        """

    def delete(self, secret_id: UUID) -> None:
        """Delete the secret in the caller's transaction, if it exists."""


class Derivation(Protocol):
    """Derives keys and addresses by BIP-39, BIP-32, BIP-44 and SLIP-10."""

    def generate_entropy(self) -> Secret:
        """Return 32 random bytes, the entropy of a new 24-word mnemonic."""

    def derive_account_keys(self, entropy: Secret) -> AccountKeys:
        """Derive the public account keys from the entropy of a mnemonic."""

    def derive_addresses(self, keys: AccountKeys, index: int) -> Addresses:
        """Derive the addresses of ``index`` from public keys; Aptos has one address only."""
