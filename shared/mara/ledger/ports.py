"""Ports of the ledger: its repository, metrics, and the pending deposits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.ledger.model import Audit, Balance, Entry, Hold, Transfer, TransferRequest


class LedgerRepository(Protocol):
    """Works in the transaction that is open, as every repository does."""

    def post(self, requests: Sequence[TransferRequest], now: datetime) -> list[Transfer]:
        """Post all requests, in this order, or none; idempotent per key.

        A request that was posted before returns its transfer. Raises InsufficientFunds,
        AccountFull, KeyReused, HoldEnded, LedgerBusy.
        """

    def get_hold(self, key: str) -> Hold:
        """The hold with this idempotency key, also if it has ended. Raises HoldNotFound."""

    def list_expired_holds(self, now: datetime, limit: int) -> list[Hold]:
        """Open holds with ``expires_at`` up to ``now``, oldest first."""

    def get_balance(self, owner_id: UUID) -> Balance:
        """The user's balances; all zero if no money was ever moved."""

    def list_entries(self, owner_id: UUID, page: PageRequest) -> list[Entry]:
        """Newest first, or oldest first; one more than the page's limit if there are more."""

    def count_entries(self, owner_id: UUID) -> int:
        """The length of the user's statement."""

    def audit(self) -> Audit:
        """Recompute every balance from the postings, and compare."""


class LedgerMetrics(Protocol):
    """Metrics that the alarms of the ledger evaluate."""

    def record(self, audit: Audit) -> None:
        """Record every audit, also without differences, so that a missing audit raises an alarm."""


class PendingDeposits(Protocol):
    """Deposits in flight; a higher domain implements it."""

    def pending(self, owner_id: UUID) -> int:
        """Sum of the user's deposits that are detected but not credited, in micro-USDT."""
