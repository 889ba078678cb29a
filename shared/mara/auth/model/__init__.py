"""Credentials, sessions, refresh tokens and API keys."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from mara.kernel.principal import Role

REFRESH_GRACE = timedelta(seconds=10)
"""A second use within this time is treated as a retry by the same client, not as a theft."""

USE_RECORDED_EVERY = timedelta(minutes=1)
"""The last use of a session or an API key is exact to this time, to spare writes."""

LOCK_FIRST = timedelta(seconds=30)
LOCK_MAX = timedelta(hours=1)


class Scope(StrEnum):
    """What an API key may do; a route declares the scope that it requires."""

    AGENTS_ASK = "agents:ask"
    AGENTS_READ = "agents:read"
    ALERTS_READ = "alerts:read"
    BALANCE_READ = "balance:read"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_WRITE = "documents:write"
    USAGE_READ = "usage:read"


@dataclass(frozen=True, slots=True)
class Credential:
    """A user's password, as a hash."""

    owner_id: UUID
    password_hash: str


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims of an access token; times have whole seconds, as in a JWT."""

    user_id: UUID
    session_id: UUID
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionTokens:
    """The tokens of a session as the client receives them; the refresh token is not stored."""

    access_token: str
    access_lifetime: timedelta
    refresh_token: str
    refresh_lifetime: timedelta


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token, stored as ``hash`` (SHA-256) only.

    It can be consumed once; ``spent_at`` is the time of that.
    """

    hash: bytes
    session_id: UUID
    owner_id: UUID
    issued_at: datetime
    expires_at: datetime
    spent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessStatus:
    """The current state of a session or an API key, as stored: a token may claim an older one."""

    user_id: UUID
    role: Role
    valid: bool
    """The session or key is neither revoked nor expired, and the account is active."""
    last_used_at: datetime | None = field(default=None, compare=False)
    """The last recorded use of a session; None for an API key."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, stored as ``hash`` (SHA-256) only; ``prefix`` is shown to recognise it by."""

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
    """Return how long the nth failure locks: None below ``allowed``, then doubling to 1 h."""
    if failures < allowed:
        return None
    doublings = min(failures - allowed, 20)
    return min(LOCK_FIRST * (1 << doublings), LOCK_MAX)
