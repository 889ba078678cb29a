"""A test oracle for SLIP-10 on Ed25519, written from the standard.

https://github.com/satoshilabs/slips/blob/master/slip-0010.md
"""

import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mara.kernel.secret import Secret
from tests.support.bip32 import HARDENED

SALT = b"ed25519 seed"
HALF = 32


def private_key(seed: bytearray, path: Sequence[int]) -> Secret:
    """32 bytes. Raises ValueError for an index that is not hardened."""
    made = hmac.digest(SALT, seed, "sha512")
    for index in path:
        if index < HARDENED:
            raise ValueError("Ed25519 has hardened children only.")
        data = b"\0" + made[:HALF] + index.to_bytes(4, "big")
        made = hmac.digest(made[HALF:], data, "sha512")
    return Secret(bytearray(made[:HALF]))


def public_key(seed: bytearray, path: Sequence[int]) -> bytes:
    with private_key(seed, path) as key:
        return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
