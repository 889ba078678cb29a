"""A user: who may own agents, documents and wallets."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mara.kernel.principal import Role


class Locale(StrEnum):
    RU = "ru"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of themselves. ``time_zone`` is a name of the IANA database."""

    full_name: str | None = None
    company: str | None = None
    locale: Locale = Locale.EN
    time_zone: str = "UTC"
    telegram_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class User:
    """``email`` is stored in lower case: two spellings of it are one account."""

    id: UUID
    email: str
    role: Role
    active: bool
    profile: Profile
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class UserFilter:
    """``search`` is a part of the e-mail, name or company."""

    search: str | None = None
    role: Role | None = None
    active: bool | None = None
