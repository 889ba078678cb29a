"""Signatures of outgoing webhooks, as the Standard Webhooks specification defines them.

Source: https://github.com/standard-webhooks/standard-webhooks, "spec/standard-webhooks.md". The
signed content is `id.timestamp.body`; the signature is HMAC-SHA256 in base64, after `v1,`.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def secret_of(key: bytes) -> str:
    """The secret as its user stores it. Raises ValueError unless the key has 32 bytes."""
    if len(key) != SECRET_BYTES:
        raise ValueError(f"a secret has {SECRET_BYTES} bytes")
    return PREFIX + base64.b64encode(key).decode()


def signed_headers(
    message_id: str, body: bytes, at: datetime, keys: Sequence[bytes]
) -> Mapping[str, str]:
    """The headers of one attempt at ``at``.

    The id is the same in every attempt; time and signature are new in each, because receivers
    refuse those older than five minutes. During a rotation ``keys`` has two keys, and each signs.
    """
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(key: bytes, content: bytes) -> str:
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
