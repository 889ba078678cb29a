"""Opaque tokens: random text for the client, and its hash in the database."""

import hashlib
import secrets

_BYTES = 32

API_KEY_PREFIX = "mara_"


def new_opaque_token() -> str:
    """Return 43 characters with 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def hash_of(token: str) -> bytes:
    """Return the SHA-256; a slow hash is not needed for a token with 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
