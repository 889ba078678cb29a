"""AES-256-GCM (NIST SP 800-38D), which decrypts into buffers that can be wiped."""

import os

from mara.kernel.envelope import DecryptionFailed
from mara.kernel.secret import Secret

NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16


def encrypt(key: bytearray, plaintext: bytearray, associated: bytes) -> tuple[bytes, bytes]:
    """Return a random nonce, and the ciphertext followed by its tag.

    Random nonces are safe for 2^32 messages under one key (SP 800-38D, section 8.3); a data key
    encrypts one message.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return nonce, AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytearray, nonce: bytes, ciphertext: bytes, associated: bytes) -> Secret:
    """Authenticate and decrypt. Raises DecryptionFailed, whose text names no content."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES or len(ciphertext) < TAG_BYTES:
        raise DecryptionFailed("The key, the nonce or the ciphertext has a wrong length.")
    plaintext = bytearray(len(ciphertext) - TAG_BYTES)
    try:
        AESGCM(key).decrypt_into(nonce, ciphertext, associated, plaintext)
    except InvalidTag:
        raise DecryptionFailed("The key or the encryption context does not match.") from None
    return Secret(plaintext)
