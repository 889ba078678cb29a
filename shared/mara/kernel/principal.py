"""Who is acting: the first argument of every service method that serves a person."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """The role of an account; each includes the rights of the one before."""

    USER = "user"
    ADMIN = "admin"
    SUPERUSER = "superuser"


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller.

    ``scopes`` is ``None`` for a person's own session, which may do all that the role allows; an API
    key carries the named ones. ``session_id`` is the family of refresh tokens, ``None`` for a key.
    """

    user_id: UUID
    role: Role
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None
