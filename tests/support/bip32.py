"""A test oracle for BIP-32 on secp256k1, written from the standard over libsecp256k1.

https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki. Keys that the standard calls
invalid, one in 2^127, raise ValueError.
"""

import hmac
from collections.abc import Sequence

from coincurve import PrivateKey, PublicKey

from mara.vault.model import ExtendedPublicKey

SALT = b"Bitcoin seed"
HALF = 32
HARDENED = 0x80000000
"""Added to the index of a hardened child."""


class ExtendedPrivateKey:
    """A private key and its chain code."""

    __slots__ = ("_chain_code", "_key")

    def __init__(self, key: PrivateKey, chain_code: bytes) -> None:
        self._key = key
        self._chain_code = chain_code

    @classmethod
    def of_seed(cls, seed: bytearray) -> "ExtendedPrivateKey":
        made = hmac.digest(SALT, seed, "sha512")
        return cls(PrivateKey(made[:HALF]), made[HALF:])

    def derive(self, path: Sequence[int]) -> "ExtendedPrivateKey":
        key, chain_code = self._key, self._chain_code
        for index in path:
            parent = b"\0" + key.secret if index >= HARDENED else key.public_key.format()
            made = hmac.digest(chain_code, parent + index.to_bytes(4, "big"), "sha512")
            key, chain_code = key.add(made[:HALF]), made[HALF:]
        return ExtendedPrivateKey(key, chain_code)

    def public(self) -> ExtendedPublicKey:
        return ExtendedPublicKey(self._key.public_key.format(), self._chain_code)

    def reveal(self) -> bytes:
        """The private key, 32 bytes."""
        secret: bytes = self._key.secret
        return secret


class PublicNode:
    """A public key and its chain code."""

    __slots__ = ("_chain_code", "key")

    def __init__(self, key: PublicKey, chain_code: bytes) -> None:
        self.key = key
        self._chain_code = chain_code

    @classmethod
    def of(cls, parent: ExtendedPublicKey) -> "PublicNode":
        return cls(PublicKey(parent.public_key), parent.chain_code)

    def child(self, index: int) -> "PublicNode":
        """Raises ValueError for a hardened index."""
        if not 0 <= index < HARDENED:
            raise ValueError("A public key derives no hardened child.")
        data = self.key.format() + index.to_bytes(4, "big")
        made = hmac.digest(self._chain_code, data, "sha512")
        return PublicNode(self.key.add(made[:HALF]), made[HALF:])
