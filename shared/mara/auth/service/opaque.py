"""Tokens that mean nothing in themselves: random text for the client, a hash for us."""

import hashlib
import secrets

_BYTES = 32

API_KEY_PREFIX = "mara_"


def new_opaque_token() -> str:
    """43 characters with 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> bytes:
    """SHA-256: enough, and fast, for a token that cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
