"""Request and response bodies of authentication."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, SecretStr

from mara.auth.model import ApiKey, Scope, SessionTokens
from mara.kernel.principal import Role
from mara.users.model import Locale, Profile, User
from mara.users.schemas import Name

# The service refuses a password of more than 256 characters, and gives the reason (WeakPassword).
# This higher limit only bounds the size of what is hashed.
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]

EXAMPLE_EMAIL = "anna@example.com"
EXAMPLE_PASSWORD = "tram-lantern-42-orbit"  # noqa: S105 - a documentation example, not a credential
EXAMPLE_NEW_PASSWORD = "comet-harbour-77-velvet"  # noqa: S105 - a documentation example, not a credential
EXAMPLE_REFRESH_TOKEN = "the refresh_token of the last answer"  # noqa: S105 - a documentation example, not a credential


class RegisterRequest(BaseModel):
    """A new account. ``full_name`` takes precedence over ``first_name`` and ``last_name``."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "email": EXAMPLE_EMAIL,
                    "password": EXAMPLE_PASSWORD,
                    "full_name": "Анна Петрова",
                    "company": "Example LLC",
                    "locale": "ru",
                }
            ]
        },
    )

    email: EmailStr
    password: Password
    full_name: Name | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    company: Name | None = None
    locale: Locale = Locale.EN

    def to_profile(self) -> Profile:
        """Return the profile; the full name defaults to first and last name."""
        parts = [part for part in (self.first_name, self.last_name) if part]
        full_name = self.full_name or " ".join(parts) or None
        return Profile(full_name=full_name, company=self.company, locale=self.locale)


class RegisteredOut(BaseModel):
    """The account that was created."""

    id: UUID
    email: str
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """Convert from the domain model."""
        return cls(id=user.id, email=user.email, role=user.role, created_at=user.created_at)


class LoginRequest(BaseModel):
    """The e-mail address and password of an account."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"email": EXAMPLE_EMAIL, "password": EXAMPLE_PASSWORD}],
        },
    )

    # Not EmailStr: a malformed address gets the same response as an unknown account, not a 422.
    email: str = Field(min_length=1, max_length=320, pattern=r"^[^\x00]+$")
    password: Password


class RefreshRequest(BaseModel):
    """The refresh token of the last login or refresh; each can be used once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"refresh_token": EXAMPLE_REFRESH_TOKEN}]},
    )

    refresh_token: SecretStr = Field(min_length=1, max_length=200)


class SessionOut(BaseModel):
    """The tokens of a session; ``expires_in`` is the access token's lifetime in seconds.

    ``refresh_token`` is null where the request asked for it as a cookie only.
    """

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the scheme of RFC 6750, not a token
    expires_in: int
    refresh_token: str | None

    @classmethod
    def of(cls, tokens: SessionTokens, *, cookie_only: bool = False) -> Self:
        """Convert from the domain model."""
        return cls(
            access_token=tokens.access_token,
            expires_in=int(tokens.access_lifetime.total_seconds()),
            refresh_token=None if cookie_only else tokens.refresh_token,
        )


class PasswordChange(BaseModel):
    """The current password and the new one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"old_password": EXAMPLE_PASSWORD, "new_password": EXAMPLE_NEW_PASSWORD}]
        },
    )

    old_password: Password
    new_password: Password


class ApiKeyIn(BaseModel):
    """A new API key. Without ``expires_at`` it does not expire."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "on-call bot", "scopes": ["agents:ask"]}]},
    )

    name: Name
    scopes: frozenset[Scope] = Field(min_length=1)
    expires_at: AwareDatetime | None = None


class ApiKeyOut(BaseModel):
    """An API key without its secret; ``prefix`` is the beginning of the key."""

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(key))


class NewApiKeyOut(ApiKeyOut):
    """A new API key; ``key`` is its secret, which is shown only in this response."""

    key: str
    """The secret; it cannot be read again."""

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> Self:
        """Convert from the domain model, and add the secret."""
        return cls(**_fields(key), key=secret)


class ApiKeysOut(BaseModel):
    """All API keys of the caller, newest first."""

    items: list[ApiKeyOut]
    next_cursor: None = None  # always null: the list, of at most 50 keys, has one page


def _fields(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": sorted(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
