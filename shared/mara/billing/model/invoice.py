"""Invoices, their lines and their numbers, and credit notes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.billing.model.plan import PlanTerms
from mara.billing.model.proration import ChangePrice

DIGITS: Final = 6
CANCELLED: Final = "cancelled"
"""The reason of a credit note that a cancellation makes."""


class InvoiceStatus(StrEnum):
    """A draft has no number; ``uncollectible`` is never collected later."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"


class Purpose(StrEnum):
    """What an invoice is for."""

    FIRST = "first"
    RENEWAL = "renewal"
    CHANGE = "change"
    USAGE = "usage"


class LineKind(StrEnum):
    """``unused``: of the old plan. ``rest``: of the period on the new plan.

    ``refund`` is the line of a credit note.
    """

    BASE = "base"
    DISCOUNT = "discount"
    UNUSED = "unused"
    REST = "rest"
    OVERAGE = "overage"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """``amount`` is signed micro-USDT; ``quantity`` is of the meter."""

    kind: LineKind
    amount: int
    meter: Meter | None = None
    quantity: int | None = None
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Party:
    """The buyer or the seller, as copied when the invoice is issued; what is unknown is empty."""

    name: str
    email: str = ""
    address: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """``cause`` is unique per subscription and purpose among invoices that are not void.

    The cause is the start of the period, or the id of the change. ``period`` is None for a draft:
    its period begins when it is paid.
    """

    id: UUID
    subscription_id: UUID
    owner_id: UUID
    version_id: UUID
    status: InvoiceStatus
    purpose: Purpose
    cause: str
    lines: tuple[InvoiceLine, ...]
    created_at: datetime
    period: Period | None = None
    number: str | None = None
    issued_at: datetime | None = None
    paid_at: datetime | None = None
    buyer: Party | None = None
    seller: Party | None = None
    total: int = field(init=False, repr=False, compare=False)
    """What is due, or was paid, in micro-USDT: the sum of the lines."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum([line.amount for line in self.lines]))

    @property
    def kept(self) -> int:
        """What a cancellation does not give back, in micro-USDT."""
        return sum(line.kept for line in self.lines)


@dataclass(frozen=True, slots=True)
class CreditNote:
    """The only correction of an invoice; ``amount`` goes back to the balance.

    ``actor_id`` is the user who cancelled, or the administrator who gave the reason.
    """

    id: UUID
    invoice_id: UUID
    owner_id: UUID
    amount: int
    reason: str
    actor_id: UUID | None
    created_at: datetime
    number: str | None = None


def period_lines(terms: PlanTerms) -> tuple[InvoiceLine, ...]:
    """The lines of a whole period: the list price, and the discount if there is one."""
    discount = terms.effective_price - terms.price
    base = InvoiceLine(LineKind.BASE, terms.price)
    return (base, InvoiceLine(LineKind.DISCOUNT, discount)) if discount else (base,)


def change_lines(price: ChangePrice) -> tuple[InvoiceLine, ...]:
    """The lines of a change of plan within a period."""
    unused = InvoiceLine(LineKind.UNUSED, -price.unused, kept=price.kept)
    return (InvoiceLine(LineKind.REST, price.rest), unused)


def invoice_number(year: int, count: int) -> str:
    """The number of the ``count``-th invoice that was issued in a year (UTC)."""
    return f"{year}-{count:0{DIGITS}}"


def credit_note_number(year: int, count: int) -> str:
    """The number of the ``count``-th credit note of a year; a series of its own."""
    return f"{year}-C-{count:0{DIGITS}}"
