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

    A caller with a session has a ``session_id`` and no ``scopes``: it may do all that its role
    allows. A caller with an API key has ``scopes``, which restrict it, and no ``session_id``.
    """

    user_id: UUID
    role: Role
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_api_key(self) -> bool:
        """Whether the caller authenticated with an API key, and not with a session."""
        return self.scopes is not None

    def has_scope(self, scope: str) -> bool:
        """Whether the caller has the scope; a session has every scope."""
        return self.scopes is None or scope in self.scopes
