"""Ports of the ledger: its repositories, metrics, and the pending deposits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.ledger.model import Audit, Balance, Entry, Hold, Transfer, TransferRequest

if TYPE_CHECKING:
    # Functions that derive no lots do not load them.
    from mara.ledger.model.lots import LotMove, LotState


class LedgerRepository(Protocol):
    """Works in the transaction that is open, as every repository does."""

    def post(self, requests: Sequence[TransferRequest], now: datetime) -> list[Transfer]:
        """Post all requests, in this order, or none; idempotent per key.

        A request that was posted before returns its transfer. Raises InsufficientFunds,
        AccountFull, KeyReused, HoldEnded, LedgerBusy.
        """

    def lock(self, owner_ids: Collection[UUID]) -> Mapping[UUID, Balance]:
        """Lock the users' balances until the transaction ends, in the order of the ids.

        A user without a row of balances gets one. A user's scope may lock that user only; anything
        else is an error of the database. Raises LedgerBusy.
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

    def keep_figures(self, audit: Audit, at: datetime) -> None:
        """Keep what the last audit found, for the figures of operations."""


class LotRepository(Protocol):
    """The lots of users; only the system's scope may write them."""

    def lock_state(self, owner_id: UUID) -> "LotState":
        """The user's lots, locked until the transaction ends; those before entry 1 at first."""

    def get_state(self, owner_id: UUID) -> "LotState":
        """The user's lots as they were stored last."""

    def list_moves(self, owner_id: UUID, references: Collection[str]) -> "list[LotMove]":
        """The moves with one of these references, in the order of their numbers."""

    def get_moves(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> "dict[UUID, LotMove]":
        """The moves of these transfers; a transfer that moved no lot is left out."""

    def get_keys(self, owner_id: UUID, transfer_ids: Collection[UUID]) -> dict[UUID, str]:
        """The idempotency keys of the user's transfers, such as the key of a deposit."""

    def save(self, owner_id: UUID, state: "LotState", moves: "Sequence[LotMove]") -> None:
        """Store the state that ``lock_state`` has locked, and add the moves that led to it."""


class LedgerMetrics(Protocol):
    """Metrics that the alarms of the ledger evaluate."""

    def record(self, audit: Audit) -> None:
        """Record every audit, also without differences, so that a missing audit raises an alarm."""


class PendingDeposits(Protocol):
    """Deposits in flight; a higher domain implements it."""

    def pending(self, owner_id: UUID) -> int:
        """Sum of the user's deposits that are detected but not credited, in micro-USDT."""
