"""Access tokens as JWTs signed with HS256 (RFC 7519, RFC 7515; typed as in RFC 9068)."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

import jwt
from pydantic import SecretStr

from mara.auth.errors import InvalidToken
from mara.auth.model import AccessClaims

ISSUER = "mara"
AUDIENCE = "mara-api"
TYPE = "at+jwt"
ALGORITHM = "HS256"
LENGTH_MAX = 2048
LEEWAY = timedelta(seconds=5)
"""Tolerated clock skew: how far the issuer's clock may be ahead of this one."""

# Every claim is required and has one type; PyJWT alone accepts tokens without `exp`.
CLAIMS: dict[str, type] = {
    "iss": str,
    "aud": str,
    "sub": str,
    "sid": str,
    "jti": str,
    "iat": int,
    "exp": int,
}
CLAIM_TYPES = list(CLAIMS.values())
HEADER = {"alg", "typ", "kid"}

_JWS = jwt.PyJWS(algorithms=[ALGORITHM])
_BASE64URL = re.compile(r"[\w-]*", re.ASCII).fullmatch
_LAST = {2: "AQgw", 3: "AEIMQUYcgkosw048"}
"""By the length modulo 4: the last characters whose unused bits are zero."""


@dataclass(frozen=True, slots=True)
class JwtAccessTokens:
    """Implements ``AccessTokens``.

    ``secrets`` are the signing secrets by key id: the first one signs, and all of them verify.
    """

    secrets: Mapping[str, SecretStr]

    def issue(self, claims: AccessClaims) -> str:
        """Sign a JWT with the current secret; times are truncated to whole seconds."""
        key_id, secret = next(iter(self.secrets.items()))
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "jti": str(uuid4()),
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        headers = {"typ": TYPE, "kid": key_id}
        return jwt.encode(payload, secret.get_secret_value(), algorithm=ALGORITHM, headers=headers)

    def read(self, token: str, now: datetime) -> AccessClaims:
        """Verify format, signature, claims and expiry. Raises InvalidToken."""
        header, *rest = token.split(".")
        if len(token) > LENGTH_MAX or len(rest) != 2 or not all(map(_is_canonical, rest)):  # noqa: PLR2004 - payload and signature
            raise InvalidToken("This is not a valid access token.")
        try:
            payload = self._verified(token, _key_id(header))
        except (jwt.InvalidTokenError, ValueError):
            raise InvalidToken("This is not a valid access token.") from None
        return _claims(payload, now)

    def _verified(self, token: str, key_id: str) -> dict[str, Any]:
        secret = self.secrets.get(key_id)
        if secret is None:
            raise InvalidToken("This is not a valid access token.")
        # PyJWT verifies the signature only; its validation of claims is too lenient, see _claims.
        content = _JWS.decode(token, secret.get_secret_value(), algorithms=[ALGORITHM])
        payload = json.loads(content.decode())
        if not isinstance(payload, dict):
            raise InvalidToken("The claims of the token are not valid.")
        return payload


def _claims(payload: Mapping[str, Any], now: datetime) -> AccessClaims:
    if payload.keys() != CLAIMS.keys() or [type(payload[name]) for name in CLAIMS] != CLAIM_TYPES:
        raise InvalidToken("The claims of the token are not valid.")
    if (payload["iss"], payload["aud"]) != (ISSUER, AUDIENCE):
        raise InvalidToken("The claims of the token are not valid.")
    try:
        claims = AccessClaims(
            user_id=UUID(payload["sub"]),
            session_id=UUID(payload["sid"]),
            issued_at=datetime.fromtimestamp(payload["iat"], UTC),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        )
    except (ValueError, OverflowError, OSError):
        raise InvalidToken("The claims of the token are not valid.") from None
    if claims.expires_at <= now:
        raise InvalidToken("The token has expired.")
    if claims.issued_at > now + LEEWAY:
        raise InvalidToken("The token was issued in the future.")
    return claims


@lru_cache(maxsize=64)
def _key_id(segment: str) -> str:
    """Return the ``kid`` of a header; cached, as headers are few. Raises InvalidToken."""
    try:
        header = json.loads(_decoded(segment))
    except ValueError:
        raise InvalidToken("This is not a valid access token.") from None
    if (
        not _is_canonical(segment)
        or not isinstance(header, dict)
        or header.keys() != HEADER
        or header["typ"] != TYPE
    ):
        raise InvalidToken("This is not a valid access token.")
    return str(header["kid"])


def _is_canonical(part: str) -> bool:
    """Tell whether the part is unpadded base64url in its only canonical encoding.

    RFC 4648 section 3.5. Decoding and encoding it again would tell the same at a multiple of the
    cost.
    """
    if _BASE64URL(part) is None:
        return False
    rest = len(part) % 4
    return rest == 0 or part[-1] in _LAST.get(rest, "")


def _decoded(part: str) -> bytes:
    """Decode unpadded base64url. Raises ValueError."""
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
