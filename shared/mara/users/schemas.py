"""Request and response bodies of users."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.kernel.principal import Role
from mara.users.model import Locale, Profile, User

# No control characters: names are displayed to other users, in pages, chats and logs.
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class ProfileIn(BaseModel):
    """A complete profile: omitted fields are reset to their defaults."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "full_name": "Анна Петрова",
                    "company": "Example LLC",
                    "locale": "ru",
                    "time_zone": "Europe/Moscow",
                }
            ]
        },
    )

    full_name: Name | None = None
    company: Name | None = None
    locale: Locale = Locale.EN
    time_zone: str = Field(default="UTC", max_length=64)
    telegram_chat_id: int | None = Field(default=None, ge=-(2**63), lt=2**63)

    def to_profile(self) -> Profile:
        """Convert to the domain model."""
        return Profile(**self.model_dump())


class ProfileOut(BaseModel):
    """A user's own account and profile."""

    id: UUID
    email: str
    role: Role
    full_name: str | None
    company: str | None
    locale: Locale
    time_zone: str
    telegram_chat_id: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(user))


class UserOut(ProfileOut):
    """A user as administrators see it."""

    active: bool

    @classmethod
    def of(cls, user: User) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(user), active=user.active)


class UserPatch(BaseModel):
    """Changes of an account: fields that are omitted or null stay as they are."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": True}]})

    role: Role | None = None
    active: bool | None = None


def _fields(user: User) -> dict[str, Any]:
    profile = user.profile
    return {
        "id": user.id,
        "email": user.email,
        "role": user.role,
        "full_name": profile.full_name,
        "company": profile.company,
        "locale": profile.locale,
        "time_zone": profile.time_zone,
        "telegram_chat_id": profile.telegram_chat_id,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }
