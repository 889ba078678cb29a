"""A vault: the encrypted seed of one user, and the public keys of its accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.kernel.envelope import EncryptedValue, EncryptionContext

EVM_ACCOUNT = "m/44'/60'/0'"
"""The account of Arbitrum and all other EVM chains (BIP-44; coin types of SLIP-44)."""
TRON_ACCOUNT = "m/44'/195'/0'"
"""The account of Tron."""
APTOS_KEY = "m/44'/637'/0'/0'/0'"
"""The key of Aptos itself: SLIP-10 has no public derivation for Ed25519."""
RECEIVING = 0
"""The external chain of an account, whose addresses are given to others (BIP-44)."""


@dataclass(frozen=True, slots=True)
class ExtendedPublicKey:
    """A compressed public key (33 bytes) and its chain code (32 bytes), as BIP-32 defines it."""

    public_key: bytes
    chain_code: bytes


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """The public keys from which all addresses of a vault are derived; ``aptos`` is Ed25519.

    Not secret, but hidden from repr: they reveal which addresses belong to one user.
    """

    evm: ExtendedPublicKey = field(repr=False)
    tron: ExtendedPublicKey = field(repr=False)
    aptos: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The receiving addresses of a vault: 20 bytes on Arbitrum and Tron, 32 on Aptos."""

    arbitrum: bytes
    tron: bytes
    aptos: bytes


@dataclass(frozen=True, slots=True)
class Vault:
    """``seed`` is the entropy of a 24-word BIP-39 mnemonic, encrypted for the row of this vault."""

    id: UUID
    owner_id: UUID
    keys: AccountKeys
    seed: EncryptedValue
    created_at: datetime
    wrapped_at: datetime

    @property
    def encryption_context(self) -> EncryptionContext:
        """The context that ``seed`` is encrypted for."""
        return seed_context(self.id, self.owner_id)


def seed_context(vault_id: UUID, owner_id: UUID) -> EncryptionContext:
    """The encryption context of the seed of this vault."""
    return EncryptionContext("vaults", "seed", vault_id, owner_id)
