"""The vault: the encrypted seed of each user with its public keys, and secrets of connections."""

from dataclasses import dataclass, field, replace
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
    def encrypted(self) -> EncryptedValue:
        """The value whose data key is rewrapped after a rotation."""
        return self.seed

    @property
    def encryption_context(self) -> EncryptionContext:
        """The context that ``seed`` is encrypted for."""
        return seed_context(self.id, self.owner_id)

    def rewrapped(self, encrypted: EncryptedValue, at: datetime) -> "Vault":
        """The same vault with the data key of its seed wrapped by another key."""
        return replace(self, seed=encrypted, wrapped_at=at)


def seed_context(vault_id: UUID, owner_id: UUID) -> EncryptionContext:
    """The encryption context of the seed of this vault."""
    return EncryptionContext("vaults", "seed", vault_id, owner_id)


@dataclass(frozen=True, slots=True)
class ConnectionSecret:
    """A secret of a connection to another service: a bot token, or a key that signs webhooks.

    ``encrypted`` is bound to this row and this owner. Unlike a seed it is decrypted in use.
    """

    id: UUID
    owner_id: UUID
    encrypted: EncryptedValue
    created_at: datetime
    wrapped_at: datetime

    @property
    def encryption_context(self) -> EncryptionContext:
        """The context that the secret is encrypted for."""
        return connection_secret_context(self.id, self.owner_id)

    def rewrapped(self, encrypted: EncryptedValue, at: datetime) -> "ConnectionSecret":
        """The same secret with its data key wrapped by another key."""
        return replace(self, encrypted=encrypted, wrapped_at=at)


def connection_secret_context(secret_id: UUID, owner_id: UUID) -> EncryptionContext:
    """The encryption context of the connection secret with this id."""
    return EncryptionContext("connection_secrets", "content", secret_id, owner_id)
