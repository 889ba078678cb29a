"""Password hashing with bcrypt.

Passwords are prepared by the profile OpaqueString of RFC 8265, section 4.2: one keyboard sends
another sequence of code points for the same letters than the next.
"""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import bcrypt

from mara.auth.adapters import password_strength

LENGTH_MIN = 8
LENGTH_MAX = 256
"""Characters."""


_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Unicode's general category Zs without U+0020."""


def prepared(password: str) -> str:
    """Return the password with one kind of space, in normalization form C; its case is kept."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", password))


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
        return bcrypt.hashpw(_condense(prepared(password)), bcrypt.gensalt(self.cost)).decode()

    def match(self, password: str, password_hash: str | None) -> bool:
        """Verify the password; for None, spend the time of a verification and return False."""
        known = password_hash.encode() if password_hash else _dummy_hash(self.cost)
        # As it was sent, too: it was hashed so before passwords were prepared. Both are verified
        # in any case, since the time must not tell which of them matches.
        forms = dict.fromkeys((prepared(password), password))
        matches = [bcrypt.checkpw(_condense(form), known) for form in forms]
        return any(matches) and password_hash is not None

    def weakness_reason(self, password: str, about_the_user: Sequence[str]) -> str | None:
        """Return why the password is refused: its length or its strength; None if accepted."""
        password = prepared(password)
        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            return f"Use {LENGTH_MIN} to {LENGTH_MAX} characters."
        return password_strength.weakness_reason(password, about_the_user)
