"""What the vault needs from the outside world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.secret import Secret
from mara.vault.model import AccountKeys, Addresses, Vault


class Vaults(Protocol):
    def add(self, vault: Vault) -> bool:
        """Whether it was added: an owner has one, and the first stays.

        Waits for another transaction that adds one for the same owner.
        """

    def keys_of(self, owner_id: UUID) -> AccountKeys | None: ...

    def wrapped_otherwise(
        self, key_id: str, before: datetime | None, *, after: UUID | None, limit: int
    ) -> Sequence[Vault]:
        """In order of their ids, those wrapped under another key than this, or before a moment."""

    def save_wrapping(self, rewrapped: Vault, before: Vault) -> bool:
        """Whether ``before`` was still wrapped as it says; nothing is changed otherwise."""


class Derivation(Protocol):
    def draw(self) -> Secret:
        """The entropy of a new seed: 32 bytes of the system's generator."""

    def account_keys(self, entropy: Secret) -> AccountKeys: ...

    def addresses(self, keys: AccountKeys, index: int) -> Addresses:
        """Those of a number, without any private key; Aptos has the one address."""
