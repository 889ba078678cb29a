"""Telegram accounts that may ask a bot in private, and the codes that make them so."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from mara.kernel.ids import new_id

CODE_BYTES = 16
"""128 bits: 22 characters of base64url; Telegram passes up to 64 (core.telegram.org/bots)."""
CODE_LIFE = timedelta(minutes=10)


class PersonKind(StrEnum):
    """The owner's own account also sees balance and status; an invited one only asks.

    ``account`` is the Telegram account of a user, linked to the platform's bot: one of each user.
    """

    OWNER = "owner"
    INVITED = "invited"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class BotPerson:
    """A Telegram account that may ask a bot in private; ``name`` is what Telegram showed."""

    config_id: UUID
    owner_id: UUID
    telegram_id: int
    kind: PersonKind
    name: str
    linked_at: datetime
    id: UUID = field(default_factory=new_id, compare=False)
    """The cursor of lists; ``add`` keeps the one that is stored."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A code as it is stored, by its SHA-256; it works once, for its own bot."""

    code_hash: bytes = field(repr=False)
    config_id: UUID
    owner_id: UUID
    makes: PersonKind
    expires_at: datetime
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the code still works."""
        return self.used_at is None and now < self.expires_at

    def used(self, at: datetime) -> "Invitation":
        """Return the invitation after its use."""
        return replace(self, used_at=at)


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation as its maker sees it, once: ``link`` holds the code."""

    link: str = field(repr=False)
    makes: PersonKind
    expires_at: datetime


def draw_code() -> str:
    """Draw a code: 22 characters of base64url."""
    return secrets.token_urlsafe(CODE_BYTES)


def hash_of_code(code: str) -> bytes:
    """Return the stored form of a code; a text of another form has one that no code has."""
    return sha256(code.encode("utf-8", "surrogatepass")).digest()
