"""Ports of the vault: its repository and key derivation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.secret import Secret
from mara.vault.model import AccountKeys, Addresses, Vault


class Vaults(Protocol):
    """The repository of vaults."""

    def add(self, vault: Vault) -> bool:
        """Insert the vault; return False where the owner has one, which stays unchanged.

        Waits for a concurrent transaction that inserts one for the same owner.
        """

    def get_account_keys(self, owner_id: UUID) -> AccountKeys | None:
        """Return the public keys of the owner's vault, or None where there is no vault."""

    def list_to_rewrap(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[Vault]:
        """List vaults wrapped by another key than ``key_id`` or before a time, ordered by id.

        ``after`` is the cursor: the id of the last vault of the previous page.
        """

    def update_wrapped_key(self, rewrapped: Vault, before: Vault) -> bool:
        """Store the new wrapped key; return False where it is no longer the one of ``before``."""


class Derivation(Protocol):
    """Derives keys and addresses by BIP-39, BIP-32, BIP-44 and SLIP-10."""

    def generate_entropy(self) -> Secret:
        """Return 32 random bytes, the entropy of a new 24-word mnemonic."""

    def derive_account_keys(self, entropy: Secret) -> AccountKeys:
        """Derive the public account keys from the entropy of a mnemonic."""

    def derive_addresses(self, keys: AccountKeys, index: int) -> Addresses:
        """Derive the addresses of ``index`` from public keys; Aptos has one address only."""
