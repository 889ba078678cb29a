"""The port of accounts: subscriptions with what decisions are made from."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from mara.billing.model.account import Account
from mara.billing.model.change_set import ChangeSet


class Accounts(Protocol):
    """Subscriptions with what decisions about them are made from, locked until the commit.

    ``now`` of each account is the owner's billing time; ``at`` is the real time. Funds and scans
    are those of other domains, and are left empty.
    """

    def lock_due(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Accounts whose ``due_at`` has come, oldest first; those that are locked are skipped.

        ``after`` is the last account of the batch before.
        """

    def lock_covered(self, at: datetime, limit: int, after: Account | None) -> Sequence[Account]:
        """Unpaid accounts that a balance covers, or whose deadline deposits in flight stop.

        Those that are due, locked or set aside are left out.
        """

    def lock_some(self, subscription_ids: Collection[UUID], at: datetime) -> Sequence[Account]:
        """Those of the accounts that are not locked and have not ended."""

    def lock_of(self, owner_id: UUID, at: datetime) -> Account | None:
        """The account of the owner's subscription that has not ended; waits for its lock."""

    def hold_owner(self, owner_id: UUID) -> None:
        """Keep the owner from being erased until the transaction ends.

        Before a balance is locked by who adds rows of the owner afterwards: an erasure locks the
        user first, and the balance then.
        """

    def find(self, owner_id: UUID, at: datetime) -> Account | None:
        """The same without a lock, for reading."""

    def lock_subscribers(
        self, version_ids: Collection[UUID], limit: int, after: UUID, at: datetime
    ) -> Sequence[Account]:
        """Accounts on these versions in the order of their ids, those after ``after``; waits.

        Left out are those that never began, are cancelling, or have a planned change.
        """

    def save(self, change_sets: Sequence[ChangeSet], at: datetime, actor_id: UUID | None) -> None:
        """Write subscriptions, events and invoices; numbered invoices are written last.

        ``actor_id`` is the user who acted; None for the schedule. Raises ConcurrentChange,
        SubscriptionExists.
        """

    def set_aside(self, subscription_id: UUID, reason: str, until: datetime) -> None:
        """Store why the subscription was not charged; it is due again at ``until``."""

    def billing_time(self, owner_id: UUID, at: datetime) -> datetime:
        """The owner's billing time; it differs from ``at`` in the local stage only."""

    def shift_time(self, owner_id: UUID, by: timedelta) -> None:
        """Move the owner's billing time forward."""
