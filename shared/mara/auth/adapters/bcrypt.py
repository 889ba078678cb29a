"""Passwords kept as bcrypt hashes."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import bcrypt

LENGTH_MIN = 8
LENGTH_MAX = 256
"""Characters."""

SCORE_MIN = 2
"""zxcvbn's scale of 0 to 4; from 2 on it takes more than a million guesses."""

_ZXCVBN_LENGTH_MAX = 72


@cache
def _nobody(cost: int) -> bytes:
    """A hash that no password matches, for unknown accounts to cost what a wrong password costs."""
    return bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost))


def _condense(password: str) -> bytes:
    """44 bytes for a password of any length: bcrypt reads 72 and must not be cut silently.

    Base64, because bcrypt ends at a zero byte.
    """
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


@dataclass(frozen=True, slots=True)
class BcryptPasswords:
    cost: int
    """log2 of the rounds; 12 takes about a quarter of a second."""

    def hash(self, password: str) -> str:
        return bcrypt.hashpw(_condense(password), bcrypt.gensalt(self.cost)).decode()

    def match(self, password: str, password_hash: str | None) -> bool:
        known = password_hash.encode() if password_hash else _nobody(self.cost)
        return bcrypt.checkpw(_condense(password), known) and password_hash is not None

    def weakness(self, password: str, about_the_user: Sequence[str]) -> str | None:
        # Its lists of leaked passwords take 0.1 s to load, which only two routes need.
        from zxcvbn import zxcvbn

        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            return f"Use {LENGTH_MIN} to {LENGTH_MAX} characters."
        known = [word for word in about_the_user if word]
        result = zxcvbn(password[:_ZXCVBN_LENGTH_MAX], user_inputs=known)
        if result["score"] >= SCORE_MIN:
            return None
        hints = [result["feedback"]["warning"], *result["feedback"]["suggestions"]]
        return " ".join(hint for hint in hints if hint) or "It is among the first to be guessed."
