"""Users and their profiles."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.kernel.principal import Role

ERASED_DOMAIN = "@erased.invalid"
"""The end of the address of an erased account, which no mail reaches (RFC 2606)."""


class Locale(StrEnum):
    """The language in which the user is addressed."""

    RU = "ru"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Profile:
    """What users enter about themselves; ``time_zone`` is a name of the IANA database."""

    full_name: str | None = None
    company: str | None = None
    locale: Locale = Locale.EN
    time_zone: str = "UTC"
    telegram_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class User:
    """An account; ``email`` is stored in lower case, so that it is unique whatever its case."""

    id: UUID
    email: str
    role: Role
    active: bool
    profile: Profile
    created_at: datetime
    updated_at: datetime
    email_verified_at: datetime | None = None
    """When the user proved to receive mail at ``email``; None if that is not proved."""

    @property
    def is_erased(self) -> bool:
        """Whether nothing personal is left of the account; it is never active again."""
        return self.email.endswith(ERASED_DOMAIN)


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Criteria of a list of users; ``search`` is a substring of the e-mail, name or company."""

    search: str | None = None
    role: Role | None = None
    active: bool | None = None
