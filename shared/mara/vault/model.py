"""A vault: one user's seed, sealed, and the public keys of its accounts."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mara.kernel.envelope import Place, Sealed

HARDENED = 0x80000000
"""Added to an index of a path whose children follow from the private key alone (BIP-32)."""

PURPOSE = 44 + HARDENED
EVM_ACCOUNT = (PURPOSE, 60 + HARDENED, HARDENED)
"""m/44'/60'/0' (BIP-44, SLIP-44), of Arbitrum and every other chain of Ethereum's kind."""
TRON_ACCOUNT = (PURPOSE, 195 + HARDENED, HARDENED)
"""m/44'/195'/0'."""
APTOS_KEY = (PURPOSE, 637 + HARDENED, HARDENED, HARDENED, HARDENED)
"""m/44'/637'/0'/0'/0': the key itself, since Ed25519 derives nothing publicly (SLIP-10)."""
RECEIVING = 0
"""The chain below an account whose keys are given to others (BIP-44)."""


@dataclass(frozen=True, slots=True)
class ExtendedPublicKey:
    """What a public key's children follow from (BIP-32): 33 bytes, compressed, and 32."""

    public_key: bytes
    chain_code: bytes


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """What every address of a vault follows from. ``aptos`` is an Ed25519 public key.

    Public, but worth keeping: they tell which addresses belong together.
    """

    evm: ExtendedPublicKey = field(repr=False)
    tron: ExtendedPublicKey = field(repr=False)
    aptos: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a vault receives: 20 bytes on Arbitrum and Tron, 32 on Aptos."""

    arbitrum: bytes
    tron: bytes
    aptos: bytes


@dataclass(frozen=True, slots=True)
class Vault:
    """``seed`` is the entropy of 24 words of BIP-39, sealed for the row of this vault."""

    id: UUID
    owner_id: UUID
    keys: AccountKeys
    seed: Sealed
    created_at: datetime
    wrapped_at: datetime

    @property
    def place(self) -> Place:
        return seed_place(self.id, self.owner_id)


def seed_place(vault_id: UUID, owner_id: UUID) -> Place:
    return Place("vaults", "seed", vault_id, owner_id)
