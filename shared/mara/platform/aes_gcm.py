"""AES-256-GCM (NIST SP 800-38D) into buffers that can be wiped."""

import os

from mara.kernel.envelope import SealBroken
from mara.kernel.secret import Secret

NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16


def encrypt(key: bytearray, plaintext: bytearray, associated: bytes) -> tuple[bytes, bytes]:
    """The nonce, drawn at random, and the ciphertext with its tag.

    Random nonces are safe for 2^32 messages under one key (section 8.3): a data key has one.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytearray, nonce: bytes, ciphertext: bytes, associated: bytes) -> Secret:
    """Raises SealBroken, which tells nothing of what it did not open."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES or len(ciphertext) < TAG_BYTES:
        raise SealBroken("The key, the nonce or the ciphertext has a wrong length.")
    plaintext = bytearray(len(ciphertext) - TAG_BYTES)
    try:
        AESGCM(key).decrypt_into(nonce, ciphertext, associated, plaintext)
    except InvalidTag:
        raise SealBroken("The ciphertext is not of this key and place.") from None
    return Secret(plaintext)
