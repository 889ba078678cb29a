"""Which headers the front door passes on to the emulator, and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from infra.local.settings import SECRET_HEADER

# Hop-by-hop headers (RFC 9110, section 7.6.1), and those that the server sets itself.
HOP_BY_HOP = frozenset(
    {
        *(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
        ),
        *("te", "trailer", "transfer-encoding", "upgrade", "content-length", "expect", "host"),
    }
)
# What a client could forge: API Gateway sets these, and the emulator routes by the others.
# No prefix may cover a header that the API documents, such as X-Mara-Signature.
FORGEABLE = frozenset(
    {"forwarded", "via", "x-real-ip", "x-original-url", "x-rewrite-url", "x-http-method-override"}
    | {SECRET_HEADER}
)
FORGEABLE_PREFIXES = ("x-forwarded-", "x-amz-", "x-amzn-", "x-ministack-")

Headers = list[tuple[bytes, bytes]]


HEADERS_MAX = 32 * 1024
"""Bytes of all names and values; the emulator accepts some more."""


class HeadersTooLarge(ValueError):
    """The headers have more than HEADERS_MAX bytes."""


class BadFraming(ValueError):
    """It is unclear where the body ends; the text is the reason."""


def check(headers: Sequence[tuple[bytes, bytes]]) -> None:
    """Refuse what two servers may read differently (RFC 9112, section 11.2).

    Raises BadFraming, HeadersTooLarge.
    """
    if sum(len(name) + len(value) for name, value in headers) > HEADERS_MAX:
        raise HeadersTooLarge
    names = [name.lower() for name, _ in headers]
    if b"transfer-encoding" in names and b"content-length" in names:
        raise BadFraming("Send either Content-Length or Transfer-Encoding, not both.")
    for name in (b"content-length", b"transfer-encoding", b"host"):
        if names.count(name) > 1:
            raise BadFraming(f"The header {name.decode()} may occur once.")


def forwarded(scope: Mapping[str, Any], secret: str) -> Headers:
    """Return the client's headers without those that it may not set, and with the gateway's own."""
    address, port = (
        (scope.get("client") or ("127.0.0.1", 0))[0],
        (scope.get("server") or ("", 0))[1],
    )
    kept = [
        (name, value) for name, value in scope["headers"] if _passes(name.decode("latin-1"), value)
    ]
    own = {
        SECRET_HEADER: secret,
        "x-forwarded-for": address,
        "x-forwarded-port": str(port),
        "x-forwarded-proto": "http",
    }
    return [*kept, *((name.encode(), value.encode()) for name, value in own.items())]


def returned(received: httpx.Response) -> Headers:
    """Return the headers of a response without those that belong to this connection."""
    dropped = HOP_BY_HOP | {"content-encoding", "server", "date"}
    return [(k, v) for k, v in received.headers.raw if k.decode("latin-1").lower() not in dropped]


def _passes(name: str, value: bytes) -> bool:
    name = name.lower()
    if name in HOP_BY_HOP or name in FORGEABLE or name.startswith(FORGEABLE_PREFIXES):
        return False
    # The emulator takes the account from a signature; the API has no use for one.
    return not (name == "authorization" and value.lstrip().lower().startswith(b"aws4-"))
