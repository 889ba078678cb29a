"""Request and response bodies of authentication."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, SecretStr

from mara.auth.model import ApiKey, Scope, SessionTokens
from mara.kernel.page import Page
from mara.kernel.principal import Role
from mara.users.model import Locale, Profile, User
from mara.users.schemas import Name

# The service refuses a password of more than 256 characters, and gives the reason (WeakPassword).
# This higher limit only bounds the size of what is hashed.
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]

EXAMPLE_EMAIL = "anna@example.com"
EXAMPLE_PASSWORD = "tram-lantern-42-orbit"  # noqa: S105 - a documentation example, not a credential
EXAMPLE_NEW_PASSWORD = "comet-harbour-77-velvet"  # noqa: S105 - a documentation example, not a credential
EXAMPLE_ACCESS_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMTk5ZjBhMCJ9.c2lnbmF0dXJl"  # noqa: S105 - a documentation example, not a credential
EXAMPLE_REFRESH_TOKEN = "kHq3cVw0yTqk3nWJ0G1uUqk8d2mB5r7x"  # noqa: S105 - a documentation example, not a credential

# Not EmailStr: a malformed address gets the same response as an unknown account, not a 422.
AccountEmail = Annotated[
    str,
    Field(
        min_length=1,
        max_length=320,
        pattern=r"^[^\x00]+$",
        description="E-mail address of the account.",
        examples=[EXAMPLE_EMAIL],
    ),
]


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

    email: EmailStr = Field(
        description="E-mail address, which is the login. It is not case-sensitive.",
        examples=[EXAMPLE_EMAIL],
    )
    password: Password = Field(
        description="Password: 8 to 256 characters, and not easy to guess.",
        examples=[EXAMPLE_PASSWORD],
    )
    full_name: Name | None = Field(
        default=None,
        description="Full name. It takes precedence over `first_name` and `last_name`.",
        examples=["Анна Петрова"],
    )
    first_name: Name | None = Field(default=None, description="First name.", examples=["Анна"])
    last_name: Name | None = Field(default=None, description="Last name.", examples=["Петрова"])
    company: Name | None = Field(
        default=None, description="Name of the company.", examples=["Example LLC"]
    )
    locale: Locale = Field(
        default=Locale.EN, description="Language in which the user is addressed.", examples=["ru"]
    )

    def to_profile(self) -> Profile:
        """Return the profile; the full name defaults to first and last name."""
        parts = [part for part in (self.first_name, self.last_name) if part]
        full_name = self.full_name or " ".join(parts) or None
        return Profile(full_name=full_name, company=self.company, locale=self.locale)


class RegisteredOut(BaseModel):
    """The account that was created."""

    id: UUID = Field(description="Id of the account.")
    email: str = Field(description="E-mail address, in lower case.", examples=[EXAMPLE_EMAIL])
    role: Role = Field(description="Role of the account.")
    created_at: datetime = Field(description="When the account was created.")

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

    email: AccountEmail
    password: Password = Field(description="Password of the account.", examples=[EXAMPLE_PASSWORD])


class RefreshRequest(BaseModel):
    """The refresh token of the last login or refresh; each can be used once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"refresh_token": EXAMPLE_REFRESH_TOKEN}]},
    )

    refresh_token: SecretStr = Field(
        min_length=1,
        max_length=200,
        description="Refresh token of the last login or refresh. It can be used once.",
        examples=[EXAMPLE_REFRESH_TOKEN],
    )


class AccessTokenFields(BaseModel):
    """What every response with an access token has."""

    access_token: str = Field(
        description="Access token (JWT): send it as `Authorization: Bearer`.",
        examples=[EXAMPLE_ACCESS_TOKEN],
    )
    token_type: Literal["Bearer"] = Field(
        default="Bearer", description="Scheme of the access token (RFC 6750)."
    )
    expires_in: int = Field(description="Lifetime of the access token in seconds.", examples=[1800])


class SessionOut(AccessTokenFields):
    """The tokens of a session; ``expires_in`` is the access token's lifetime in seconds.

    ``refresh_token`` is null where the request asked for it as a cookie only.
    """

    refresh_token: str | None = Field(
        description="Refresh token, to be exchanged for new tokens once; null with `cookie_only`.",
        examples=[EXAMPLE_REFRESH_TOKEN],
    )

    @classmethod
    def of(cls, tokens: SessionTokens, *, cookie_only: bool = False) -> Self:
        """Convert from the domain model."""
        return cls(
            access_token=tokens.access_token,
            expires_in=int(tokens.access_lifetime.total_seconds()),
            refresh_token=None if cookie_only else tokens.refresh_token,
        )


class TokenForm(BaseModel):
    """The password grant of OAuth 2.0 (RFC 6749, 4.3.2); further fields are ignored (3.2)."""

    grant_type: Literal["password"] = Field(description="The grant: always `password`.")
    username: AccountEmail
    password: Password = Field(description="Password of the account.", examples=[EXAMPLE_PASSWORD])


class TokenOut(AccessTokenFields):
    """An access token (RFC 6749, 5.1)."""

    @classmethod
    def of(cls, tokens: SessionTokens) -> Self:
        """Convert from the domain model."""
        lifetime_s = int(tokens.access_lifetime.total_seconds())
        return cls(access_token=tokens.access_token, expires_in=lifetime_s)


class PasswordChange(BaseModel):
    """The current password and the new one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"old_password": EXAMPLE_PASSWORD, "new_password": EXAMPLE_NEW_PASSWORD}]
        },
    )

    old_password: Password = Field(description="Current password.", examples=[EXAMPLE_PASSWORD])
    new_password: Password = Field(
        description="New password: 8 to 256 characters, and not easy to guess.",
        examples=[EXAMPLE_NEW_PASSWORD],
    )


class ApiKeyIn(BaseModel):
    """A new API key. Without ``expires_at`` it does not expire."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "on-call bot", "scopes": ["agents:ask"]}]},
    )

    name: Name = Field(
        description="Name of the key, to tell it from others.", examples=["on-call bot"]
    )
    scopes: frozenset[Scope] = Field(
        min_length=1, description="What the key may do.", examples=[["agents:ask"]]
    )
    expires_at: AwareDatetime | None = Field(
        default=None, description="When the key expires; null means never.", examples=[None]
    )


class ApiKeyOut(BaseModel):
    """An API key without its secret; ``prefix`` is the beginning of the key."""

    id: UUID = Field(description="Id of the key.")
    name: str = Field(description="Name of the key.", examples=["on-call bot"])
    prefix: str = Field(
        description="Beginning of the key, to recognize it.", examples=["mara_5f3a"]
    )
    scopes: list[Scope] = Field(description="What the key may do.", examples=[["agents:ask"]])
    created_at: datetime = Field(description="When the key was created.")
    expires_at: datetime | None = Field(
        description="When the key expires; null means never.", examples=[None]
    )
    last_used_at: datetime | None = Field(
        description="When the key was last used; null if never.", examples=[None]
    )

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(key))


class NewApiKeyOut(ApiKeyOut):
    """A new API key; ``key`` is its secret, which is shown only in this response."""

    key: str = Field(
        description="The key. It is stored as a hash and cannot be read again.",
        examples=["mara_5f3aQk8d2mB5r7xkHq3cVw0yTqk3nWJ0G1u"],
    )
    """The secret; it cannot be read again."""

    @classmethod
    def with_secret(cls, key: ApiKey, secret: str) -> Self:
        """Convert from the domain model, and add the secret."""
        return cls(**_fields(key), key=secret)


class ApiKeysOut(BaseModel):
    """A page of the caller's API keys."""

    items: list[ApiKeyOut] = Field(description="The keys of this page.")
    next_cursor: str | None = Field(
        default=None,
        description="Cursor of the next page: send it as `cursor`; null on the last page.",
        examples=[None],
    )
    total: int | None = Field(
        default=None,
        description="Number of keys on all pages; null unless the request has `total=true`.",
        examples=[None],
    )

    @classmethod
    def of(cls, page: Page[ApiKey]) -> Self:
        """Convert from the domain model."""
        items = [ApiKeyOut.of(key) for key in page.items]
        return cls(items=items, next_cursor=page.next_cursor, total=page.total)


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
