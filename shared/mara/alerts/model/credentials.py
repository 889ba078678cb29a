"""How a delivery proves that it comes from the owner's monitoring system.

Alertmanager sends a bearer token and cannot sign. Grafana ("Webhook notifier", HMAC signature)
signs the body, or ``<timestamp>:<body>`` where it sends a timestamp header.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

CLOCKS_DIFFER_MAX: Final = timedelta(minutes=5)
"""A signature with an older or later timestamp is refused."""
PREFIX: Final = "sha256="
SECONDS: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class DeliveryCredentials:
    """What a request carries: a ``bearer`` token, or a ``signature`` in hexadecimal digits.

    ``timestamp`` is that of the signature, in seconds since 1970; None if the request has none.
    """

    bearer: str | None = field(default=None, repr=False)
    signature: str | None = field(default=None, repr=False)
    timestamp: str | None = None

    def is_recent(self, at: datetime) -> bool:
        """Whether the timestamp, if there is one, is near ``at``."""
        if self.timestamp is None:
            return True
        if not SECONDS.fullmatch(self.timestamp):
            return False
        return abs(int(self.timestamp) - at.timestamp()) <= CLOCKS_DIFFER_MAX.total_seconds()

    def is_signed_by(self, secret: bytes | bytearray, body: bytes) -> bool:
        """Whether the signature is that of the body by this secret; takes constant time."""
        signed = body if self.timestamp is None else self.timestamp.encode() + b":" + body
        expected = hmac.digest(bytes(secret), signed, "sha256").hex()
        given = (self.signature or "").removeprefix(PREFIX).lower()
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def hash_of_secret(secret: str) -> bytes:
    """Return the SHA-256; a slow hash is not needed for a secret with 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
