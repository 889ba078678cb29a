"""Password hashing with bcrypt, and password strength with zxcvbn."""

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
"""Minimum zxcvbn score, of 0 to 4; a score of 2 means more than a million guesses."""

_ZXCVBN_LENGTH_MAX = 72


@cache
def _dummy_hash(cost: int) -> bytes:
    """Return a hash that is verified for unknown accounts, so that they take the same time."""
    return bcrypt.hashpw(b"dummy", bcrypt.gensalt(cost))


def _condense(password: str) -> bytes:
    """Return 44 bytes for a password of any length: its SHA-256 in base64.

    bcrypt silently ignores what follows 72 bytes or a zero byte; base64 contains no zero byte.
    """
    return base64.b64encode(hashlib.sha256(password.encode()).digest())


@dataclass(frozen=True, slots=True)
class BcryptPasswords:
    """Implements ``Passwords``."""

    cost: int
    """log2 of the number of rounds; 12 takes about 0.25 s per hash."""

    def hash(self, password: str) -> str:
        """Return the bcrypt hash in its modular crypt format, with its salt and cost."""
        return bcrypt.hashpw(_condense(password), bcrypt.gensalt(self.cost)).decode()

    def match(self, password: str, password_hash: str | None) -> bool:
        """Verify the password; for None, spend the time of a verification and return False."""
        known = password_hash.encode() if password_hash else _dummy_hash(self.cost)
        return bcrypt.checkpw(_condense(password), known) and password_hash is not None

    def weakness_reason(self, password: str, about_the_user: Sequence[str]) -> str | None:
        """Return why the password is refused: its length or its zxcvbn score; None if accepted."""
        # Imported here: its lists of leaked passwords take 0.1 s to load; two routes need them.
        from zxcvbn import zxcvbn

        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            return f"Use {LENGTH_MIN} to {LENGTH_MAX} characters."
        known = [word for word in about_the_user if word]
        result = zxcvbn(password[:_ZXCVBN_LENGTH_MAX], user_inputs=known)
        if result["score"] >= SCORE_MIN:
            return None
        hints = [result["feedback"]["warning"], *result["feedback"]["suggestions"]]
        return " ".join(hint for hint in hints if hint) or "It is among the first to be guessed."
