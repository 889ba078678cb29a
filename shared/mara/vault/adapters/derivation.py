"""The keys and addresses of a vault, by the standards that every wallet knows."""

import hashlib
import os
from functools import lru_cache

from coincurve import PublicKey
from Crypto.Hash import keccak

from mara.kernel.secret import Secret
from mara.vault.adapters import bip39, slip10
from mara.vault.adapters.bip32 import ExtendedPrivateKey, PublicNode
from mara.vault.model import (
    APTOS_KEY,
    EVM_ACCOUNT,
    RECEIVING,
    TRON_ACCOUNT,
    AccountKeys,
    Addresses,
    ExtendedPublicKey,
)

ENTROPY_BYTES = 32
"""24 words."""

SINGLE_KEY = b"\0"
"""The scheme of an Aptos account that one Ed25519 key signs for."""


class StandardDerivation:
    def generate_entropy(self) -> Secret:
        return Secret(bytearray(os.urandom(ENTROPY_BYTES)))

    def derive_account_keys(self, entropy: Secret) -> AccountKeys:
        with bip39.seed(entropy.reveal()) as seed:
            root = ExtendedPrivateKey.of_seed(seed)
            return AccountKeys(
                evm=root.derive(EVM_ACCOUNT).public(),
                tron=root.derive(TRON_ACCOUNT).public(),
                aptos=slip10.public_key(seed, APTOS_KEY),
            )

    def derive_addresses(self, keys: AccountKeys, index: int) -> Addresses:
        return Addresses(
            arbitrum=receive_address(keys.evm, index),
            tron=receive_address(keys.tron, index),
            aptos=aptos_address(keys.aptos),
        )


def receive_address(account: ExtendedPublicKey, index: int) -> bytes:
    """20 bytes, of Ethereum's kind and of Tron's alike."""
    return account_address(_receiving(account).child(index).key)


@lru_cache(maxsize=128)
def _receiving(account: ExtendedPublicKey) -> PublicNode:
    """Kept for the next address of the same account: half the work of one."""
    return PublicNode.of(account).child(RECEIVING)


def account_address(key: PublicKey) -> bytes:
    """The end of the Keccak-256 of the point (Ethereum's yellow paper, section 7)."""
    point = key.format(compressed=False)[1:]
    return keccak.new(digest_bits=256, data=point).digest()[-20:]


def aptos_address(public_key: bytes) -> bytes:
    """The authentication key of a new account: https://aptos.dev/network/blockchain/accounts."""
    return hashlib.sha3_256(public_key + SINGLE_KEY).digest()
