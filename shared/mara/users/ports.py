"""What the users domain needs from the outside world."""

from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.users.model import User, UserFilter


class Users(Protocol):
    def add(self, user: User) -> None:
        """Raises EmailTaken."""

    def get(self, user_id: UUID) -> User:
        """Raises UserNotFound."""

    def find_by_email(self, email: str) -> User | None: ...

    def lock(self, user_id: UUID) -> User:
        """Get, and keep others from changing it till the transaction ends. Raises UserNotFound."""

    def save(self, user: User) -> None: ...

    def list(self, wanted: UserFilter, page: PageRequest) -> list[User]:
        """The newest first, one more than the page's limit where there are more."""

    def lock_active_superusers(self) -> set[UUID]:
        """Whoever is an active superuser, kept so till the transaction ends."""
