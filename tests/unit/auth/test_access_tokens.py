"""Access tokens: what is issued is read, and nothing else is."""

import base64
import hmac
import json
import string
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from mara.auth.adapters.jwt import JwtAccessTokens
from mara.auth.errors import InvalidToken
from mara.auth.model import AccessClaims

BASE64URL = string.ascii_letters + string.digits + "-_"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECRET = "nT8fWq2ZpLx5Vd9RhYc3Jm7KsBg4Ea6U"
TOKENS = JwtAccessTokens({"k2": SecretStr(SECRET), "k1": SecretStr(SECRET[::-1])})
CLAIMS = AccessClaims(uuid4(), uuid4(), NOON, NOON + timedelta(minutes=30))


def segment(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sign(header: object, payload: object, secret: str = SECRET) -> str:
    body = f"{segment(header)}.{segment(payload)}"
    return f"{body}.{segment(hmac.digest(secret.encode(), body.encode(), 'sha256'))}"


def header(**changes: Any) -> dict[str, Any]:
    return {"alg": "HS256", "typ": "at+jwt", "kid": "k2"} | changes


def payload(**changes: Any) -> dict[str, Any]:
    at = int(NOON.timestamp())
    good = {
        "iss": "mara",
        "aud": "mara-api",
        "sub": str(CLAIMS.user_id),
        "sid": str(CLAIMS.session_id),
        "jti": "1",
        "iat": at,
        "exp": at + 60,
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def spellings(part: str) -> list[str]:
    """The other texts that a lenient decoder reads as the same bytes."""

    def read(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    others = [part[:-1] + last for last in BASE64URL if last != part[-1]]
    return [f"{part}=", *(other for other in others if read(other) == read(part))]


GOOD = sign(header(), payload())
UNSIGNED = f"{segment(header(alg='none'))}.{segment(payload())}."
SIGNATURE = GOOD.rsplit(".", 1)[1]

FORGED: dict[str, str] = {
    "nothing": "",
    "no token": "abc",
    "two parts": GOOD.rsplit(".", 1)[0],
    "four parts": GOOD + ".x",
    "a signature of another secret": sign(header(), payload(), "x" * 32),
    "no signature": GOOD.rsplit(".", 1)[0] + ".",
    "alg none": UNSIGNED,
    "alg None": sign(header(alg="None"), payload()),
    "alg HS512": sign(header(alg="HS512"), payload()),
    "no alg": sign({"typ": "at+jwt", "kid": "k2"}, payload()),
    "no kid": sign({"typ": "at+jwt", "alg": "HS256"}, payload()),
    "an unknown kid": sign(header(kid="k9"), payload()),
    "a kid that is a list": sign(header(kid=["k2"]), payload()),
    "typ JWT": sign(header(typ="JWT"), payload()),
    "a refresh token's typ": sign(header(typ="refresh"), payload()),
    "a header more": sign(header(jwk={}), payload()),
    "crit": sign(header(crit=["x"]), payload()),
    "no exp": sign(header(), payload(exp=...)),
    "exp as text": sign(header(), payload(exp="9999999999")),
    "exp as float": sign(header(), payload(exp=9999999999.0)),
    "exp true": sign(header(), payload(exp=True)),
    "exp null": sign(header(), payload(exp=None)),
    "exp beyond all time": sign(header(), payload(exp=10**30)),
    "expired": sign(header(), payload(exp=int(NOON.timestamp()))),
    "no iat": sign(header(), payload(iat=...)),
    "of the future": sign(header(), payload(iat=int(NOON.timestamp()) + 3600)),
    "no sub": sign(header(), payload(sub=...)),
    "sub no uuid": sign(header(), payload(sub="1")),
    "sub a list": sign(header(), payload(sub=[str(CLAIMS.user_id)])),
    "no sid": sign(header(), payload(sid=...)),
    "another issuer": sign(header(), payload(iss="mara2")),
    "another audience": sign(header(), payload(aud="mara-refresh")),
    "a list of audiences": sign(header(), payload(aud=["mara-api", "x"])),
    "a claim more": sign(header(), payload(role=["superuser"])),
    "a payload that is a list": sign(header(), [1]),
    "padded base64": GOOD + "=",
    "base64 with other last bits": GOOD[:-1] + chr(ord(GOOD[-1]) + 1),
    "a line break": GOOD + "\n",
    "a space": " " + GOOD,
    "too long": sign(header(), payload(jti="x" * 4000)),
    "cyrillic": GOOD.replace("a", "а"),
}


class TestRead:
    def test_reads_what_was_issued(self) -> None:
        assert TOKENS.read(TOKENS.issue(CLAIMS), NOON) == CLAIMS

    def test_reads_the_hand_made_one_that_the_forgeries_are_made_of(self) -> None:
        assert TOKENS.read(GOOD, NOON).user_id == CLAIMS.user_id

    @pytest.mark.parametrize("what", FORGED)
    def test_refuses(self, what: str) -> None:
        with pytest.raises(InvalidToken):
            TOKENS.read(FORGED[what], NOON)

    @pytest.mark.parametrize("jti", ["1", "12", "123"])
    def test_refuses_every_other_spelling_of_the_same_bytes(self, jti: str) -> None:
        """One payload for each remainder of its length by 3."""
        good = sign(header(), payload(jti=jti))
        start, claims, signature = good.split(".")
        for other in spellings(signature):
            with pytest.raises(InvalidToken):
                TOKENS.read(f"{start}.{claims}.{other}", NOON)
        for other in spellings(claims):
            body = f"{start}.{other}"
            valid = segment(hmac.digest(SECRET.encode(), body.encode(), "sha256"))
            with pytest.raises(InvalidToken):
                TOKENS.read(f"{body}.{valid}", NOON)
        assert TOKENS.read(good, NOON).user_id == CLAIMS.user_id

    def test_refuses_its_own_token_once_it_expired(self) -> None:
        token = TOKENS.issue(CLAIMS)
        TOKENS.read(token, CLAIMS.expires_at - timedelta(seconds=1))
        with pytest.raises(InvalidToken, match="expired"):
            TOKENS.read(token, CLAIMS.expires_at)


class TestRotation:
    def test_a_new_signing_secret_logs_nobody_out(self) -> None:
        before = JwtAccessTokens({"k1": SecretStr(SECRET[::-1])})
        assert TOKENS.read(before.issue(CLAIMS), NOON) == CLAIMS

    def test_a_secret_that_was_dropped_verifies_nothing(self) -> None:
        after = JwtAccessTokens({"k3": SecretStr("z" + SECRET[1:])})
        with pytest.raises(InvalidToken):
            after.read(TOKENS.issue(CLAIMS), NOON)
