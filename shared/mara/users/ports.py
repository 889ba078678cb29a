"""The ports of the users domain."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.users.model import User, UserFilter


class Users(Protocol):
    """Storage of users."""

    def add(self, user: User) -> None:
        """Insert the user. Raises EmailTaken."""

    def get(self, user_id: UUID) -> User:
        """Return the user. Raises UserNotFound."""

    def find_by_email(self, email: str) -> User | None:
        """Return the user with this e-mail address (lower case), None if there is none."""

    def lock(self, user_id: UUID) -> User:
        """Return the user, locked until the transaction ends. Raises UserNotFound."""

    def save(self, user: User) -> None:
        """Update the user; ``id``, ``email`` and ``created_at`` never change."""

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        """Return a page of matching users, and one more if there is a next page.

        Raises InvalidCursor.
        """

    def count(self, wanted: UserFilter) -> int:
        """Return the number of matching users."""

    def lock_active_superusers(self) -> set[UUID]:
        """Return the ids of all active superusers, locked until the transaction ends."""


class SessionRevocation(Protocol):
    """Revokes sessions, which the domain above stores."""

    def revoke_all(self, owner_id: UUID, at: datetime, because: str) -> None:
        """Revoke all sessions of the user in the open transaction; they never become valid again.

        ``because`` is stored with each session.
        """
