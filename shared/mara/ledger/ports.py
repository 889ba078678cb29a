"""What the ledger needs from the outside world."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from mara.kernel.page import PageRequest
from mara.ledger.model import Audit, Balance, Entry, Hold, Order, Transfer


class Book(Protocol):
    """Works in the transaction that is open, as every repository does."""

    def post(self, orders: Sequence[Order], now: datetime) -> list[Transfer]:
        """All of them or none, in this order; what is posted already is given back as it was.

        Raises InsufficientFunds, AccountFull, KeyReused, HoldEnded, LedgerBusy.
        """

    def hold(self, key: str) -> Hold:
        """The hold that was made under this business key. Raises HoldNotFound."""

    def expired_holds(self, now: datetime, limit: int) -> list[Hold]:
        """Open holds whose time is over, the oldest first."""

    def balance(self, owner_id: UUID) -> Balance:
        """Nothing for whom no money ever moved."""

    def entries(self, owner_id: UUID, page: PageRequest) -> list[Entry]:
        """The newest first, one more than the page's limit where there are more."""

    def audit(self) -> Audit:
        """Derive every balance from the postings, and compare."""


class Alarm(Protocol):
    def tell(self, audit: Audit) -> None:
        """Of every audit, so that one that never happens is noticed too."""


class PendingDeposits(Protocol):
    """Told by a higher domain that watches the chains; the wiring puts it here."""

    def pending(self, owner_id: UUID) -> int:
        """Micro-USDT of the user's deposits that are seen and not final."""
