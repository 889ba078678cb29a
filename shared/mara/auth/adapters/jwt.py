"""Access tokens as JWTs signed with HS256 (RFC 7519, RFC 7515; typed as in RFC 9068)."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
"""How far another machine's clock may be ahead of ours."""

# Every claim is required and has one type; PyJWT alone takes tokens without `exp`.
CLAIMS: dict[str, type] = {
    "iss": str,
    "aud": str,
    "sub": str,
    "sid": str,
    "jti": str,
    "iat": int,
    "exp": int,
}
HEADER = {"alg", "typ", "kid"}


@dataclass(frozen=True, slots=True)
class JwtAccessTokens:
    """``secrets`` by key id: the first signs, every one verifies."""

    secrets: Mapping[str, SecretStr]

    def issue(self, claims: AccessClaims) -> str:
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
        if len(token) > LENGTH_MAX or not _is_canonical(token):
            raise InvalidToken("It is not a token of ours.")
        try:
            header = jwt.get_unverified_header(token)
            payload = self._verified(token, header)
        except jwt.InvalidTokenError:
            raise InvalidToken("It is not a token of ours.") from None
        return _claims(payload, now)

    def _verified(self, token: str, header: Mapping[str, Any]) -> dict[str, Any]:
        secret = self.secrets.get(str(header.get("kid")))
        if secret is None or header.keys() != HEADER or header["typ"] != TYPE:
            raise InvalidToken("It is not a token of ours.")
        # Times are checked below, against the clock that is passed in.
        checks = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        payload: dict[str, Any] = jwt.decode(
            token,
            secret.get_secret_value(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options=checks,  # type: ignore[arg-type]  # a total TypedDict of which we set three
        )
        return payload


def _claims(payload: Mapping[str, Any], now: datetime) -> AccessClaims:
    if payload.keys() != CLAIMS.keys() or any(
        type(payload[name]) is not kind for name, kind in CLAIMS.items()
    ):
        raise InvalidToken("Its claims are not ours.")
    try:
        claims = AccessClaims(
            user_id=UUID(payload["sub"]),
            session_id=UUID(payload["sid"]),
            issued_at=datetime.fromtimestamp(payload["iat"], UTC),
            expires_at=datetime.fromtimestamp(payload["exp"], UTC),
        )
    except (ValueError, OverflowError, OSError):
        raise InvalidToken("Its claims are not ours.") from None
    if claims.expires_at <= now:
        raise InvalidToken("It has expired.")
    if claims.issued_at > now + LEEWAY:
        raise InvalidToken("It is of the future.")
    return claims


def _is_canonical(token: str) -> bool:
    """Three parts in base64url without padding, each the one spelling of its bytes."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        return False
    try:
        return all(_respelled(part) == part for part in parts)
    except (binascii.Error, ValueError):
        return False


def _respelled(part: str) -> str:
    raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
