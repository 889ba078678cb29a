"""Sessions and API keys: proof, for a while, of who is calling."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mara.kernel.principal import Role

REFRESH_GRACE = timedelta(seconds=10)
"""A token spent less than this ago was spent by the same client twice, not stolen."""

LOCK_FIRST = timedelta(seconds=30)
LOCK_MAX = timedelta(hours=1)


class Scope(StrEnum):
    """What an API key may do; a route declares the scope it needs."""

    AGENTS_ASK = "agents:ask"
    BALANCE_READ = "balance:read"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"


@dataclass(frozen=True, slots=True)
class Credential:
    owner_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says; times in whole seconds, as a JWT carries them."""

    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """What a client gets of a session; the one time that the refresh token is seen."""

    access_token: str
    access_lifetime: timedelta
    refresh_token: str
    refresh_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """``hash`` is the SHA-256 of the token: the token itself is with the client alone."""

    hash: bytes
    session_id: UUID
    owner_id: UUID
    issued_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a session or key is worth at this moment, whatever its token says."""

    user_id: UUID
    role: Role
    valid: bool
    """Neither revoked nor expired, and the account is active."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``prefix`` is what its owner recognises it by; the key is stored as ``hash`` only."""

    id: UUID
    owner_id: UUID
    name: str
    prefix: str
    hash: bytes
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


def lock_after(failures: int, allowed: int) -> timedelta | None:
    """How long the nth failure locks an account: not at all, then twice as long each time."""
    if failures < allowed:
        return None
    doublings = min(failures - allowed, 20)
    return min(LOCK_FIRST * (1 << doublings), LOCK_MAX)
