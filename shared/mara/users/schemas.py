"""Request and response bodies of users."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mara.kernel.checked import checked
from mara.kernel.json_types import JsonBool, JsonInt
from mara.kernel.patch import MergePatch, optional
from mara.kernel.principal import Role
from mara.users.model import Locale, Profile, User
from mara.users.service import check_time_zone

# No control characters: names are displayed to other users, in pages, chats and logs.
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


ChatId = Annotated[JsonInt, Field(ge=-(2**63), lt=2**63)]
TimeZone = Annotated[str, StringConstraints(max_length=64), checked(check_time_zone)]


class ProfileIn(BaseModel):
    """A complete profile; a field may be omitted only while it has its default value."""

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

    full_name: Name | None = Field(
        default=None, description="Full name; null if it is not known.", examples=["Анна Петрова"]
    )
    company: Name | None = Field(
        default=None,
        description="Name of the company; null if there is none.",
        examples=["Example LLC"],
    )
    locale: Locale = Field(
        default=Locale.EN, description="Language in which the user is addressed.", examples=["ru"]
    )
    time_zone: TimeZone = Field(
        default="UTC",
        description="Time zone by its name in the IANA database.",
        examples=["Europe/Moscow"],
    )
    telegram_chat_id: ChatId | None = Field(
        default=None,
        description="Id of the user's chat in Telegram; null if it is not linked.",
        examples=[None],
    )

    def to_profile(self) -> Profile:
        """Convert to the domain model."""
        return Profile(**self.model_dump())


class ProfilePatch(MergePatch):
    """Changes of a profile (RFC 7396): omitted fields stay, null erases a field."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"company": "Example LLC"}]}
    )

    full_name: Name | None = optional(
        description="Full name; null erases it.", examples=["Анна Петрова"]
    )
    company: Name | None = optional(
        description="Name of the company; null erases it.", examples=["Example LLC"]
    )
    locale: Locale = optional(
        description="Language in which the user is addressed.", examples=["ru"]
    )
    time_zone: TimeZone = optional(
        description="Time zone by its name in the IANA database.", examples=["Europe/Moscow"]
    )
    telegram_chat_id: ChatId | None = optional(
        description="Id of the user's chat in Telegram; null ends the link.", examples=[None]
    )


class ProfileOut(BaseModel):
    """A user's own account and profile; ``email_verified_at`` is null until it is confirmed."""

    id: UUID = Field(description="Id of the account.")
    email: str = Field(description="E-mail address, in lower case.", examples=["anna@example.com"])
    email_verified_at: datetime | None = Field(
        description="When the user confirmed the address; null until then."
    )
    role: Role = Field(description="Role of the account.")
    full_name: str | None = Field(
        description="Full name; null if it is not known.", examples=["Анна Петрова"]
    )
    company: str | None = Field(
        description="Name of the company; null if there is none.", examples=["Example LLC"]
    )
    locale: Locale = Field(description="Language in which the user is addressed.", examples=["ru"])
    time_zone: str = Field(
        description="Time zone by its name in the IANA database.", examples=["Europe/Moscow"]
    )
    telegram_chat_id: int | None = Field(
        description="Id of the user's chat in Telegram; null if it is not linked.", examples=[None]
    )
    created_at: datetime = Field(description="When the account was created.")
    updated_at: datetime = Field(description="When the profile was last changed.")

    @classmethod
    def of(cls, user: User) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(user))


class UserOut(ProfileOut):
    """A user as administrators see it."""

    active: bool = Field(description="Whether the account may log in.")

    @classmethod
    def of(cls, user: User) -> Self:
        """Convert from the domain model."""
        return cls(**_fields(user), active=user.active)


UserSort = Annotated[
    Literal["-created_at", "created_at", "-updated_at", "updated_at", "email", "-email"],
    Field(
        description="The field of the order; `-` before it: the greatest first.",
        examples=["-created_at"],
    ),
]


class UserPatch(BaseModel):
    """Changes of an account: fields that are omitted or null stay as they are."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": True}]})

    role: Role | None = Field(
        default=None, description="New role; only a superuser may change roles.", examples=["admin"]
    )
    active: JsonBool | None = Field(
        default=None, description="Whether the account may log in; false revokes its sessions."
    )


def _fields(user: User) -> dict[str, Any]:
    profile = user.profile
    return {
        "id": user.id,
        "email": user.email,
        "email_verified_at": user.email_verified_at,
        "role": user.role,
        "full_name": profile.full_name,
        "company": profile.company,
        "locale": profile.locale,
        "time_zone": profile.time_zone,
        "telegram_chat_id": profile.telegram_chat_id,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }
