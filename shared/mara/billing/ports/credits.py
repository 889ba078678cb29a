"""The ports of credits by hand."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.billing.model.credit import Credit
from mara.users.model import User


class Credits(Protocol):
    """The repository of credits by hand; its rows are only added."""

    def lock_sum_since(self, moment: datetime) -> int:
        """The sum of the credits given since ``moment``; no other is added until the commit."""

    def get(self, owner_id: UUID, credit_id: UUID) -> Credit:
        """The credit, which is no reversal. Raises CreditNotFound."""

    def reversed_of(self, credit_id: UUID) -> int:
        """How much of the credit was taken back."""

    def add(self, credit: Credit) -> None:
        """Insert a credit or a reversal."""


class UserLookup(Protocol):
    """Finds users; the repository of users implements it."""

    def get(self, user_id: UUID) -> User:
        """The user. Raises UserNotFound."""

    def hold(self, user_id: UUID) -> None:
        """Keep the user from being erased until the transaction ends. Raises UserNotFound.

        Before a balance is locked by who adds rows of the user afterwards: an erasure locks the
        user first, and the balance then.
        """
