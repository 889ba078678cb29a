"""Credits by hand: money that a superuser gives to a user, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit, or the reversal of the credit ``reverses``; ``amount`` is positive micro-USDT.

    ``actor_id`` is the superuser. Its transfers in the ledger have the credit's id as reference.
    """

    id: UUID
    owner_id: UUID
    amount: int
    reason: str
    actor_id: UUID
    created_at: datetime
    reverses: UUID | None = None

    @property
    def key(self) -> str:
        """The idempotency key of its transfer."""
        return f"credit_reversal:{self.id}" if self.reverses else f"credit:{self.id}"


@dataclass(frozen=True, slots=True)
class CreditLimits:
    """The most that may be given, in micro-USDT: by one credit, and by all of a day (UTC)."""

    each: int
    per_day: int
