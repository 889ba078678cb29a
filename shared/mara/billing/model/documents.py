"""What is shown of an invoice or a credit note: the document with what paid it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from mara.billing.model.invoice import (
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineKind,
    Party,
    Purpose,
)
from mara.billing.model.periods import Period
from mara.wallets.model import Network

UNPAID: Final = (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)


class DocumentKind(StrEnum):
    """Credit notes are listed beside invoices; ``kind`` tells which one it is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class SourceKind(StrEnum):
    """``credit_note``: what it gave back beyond the deposits and credits that are known."""

    DEPOSIT = "deposit"
    CREDIT = "credit"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class PaymentSource:
    """A part of a payment; ``amount`` is micro-USDT.

    ``reference`` is the id of the deposit, of the credit, or of the invoice that was credited.
    ``network`` and ``transaction`` are those of a deposit.
    """

    kind: SourceKind
    amount: int
    reference: str
    network: Network | None = None
    transaction: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """An item of the list of documents; ``invoice_id`` is the invoice that a note corrects."""

    kind: DocumentKind
    id: UUID
    number: str | None
    total: int
    created_at: datetime
    status: InvoiceStatus | None = None
    purpose: Purpose | None = None
    period: Period | None = None
    issued_at: datetime | None = None
    paid_at: datetime | None = None
    invoice_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredInvoice:
    """An invoice with the code and the names of its plan; ``pay_until`` is set while unpaid."""

    invoice: Invoice
    plan: str
    plan_names: dict[str, str]
    pay_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """An invoice, or the credit note ``note`` of it, with all that a document shows.

    ``sources`` are what paid the invoice, ``notes`` its credit notes. ``missing`` is what must
    still be paid in for it, in micro-USDT.
    """

    stored: StoredInvoice
    sources: tuple[PaymentSource, ...] = ()
    notes: tuple[CreditNote, ...] = ()
    missing: int = 0
    note: CreditNote | None = None

    @property
    def invoice(self) -> Invoice:
        """The invoice, also of a credit note."""
        return self.stored.invoice

    @property
    def kind(self) -> DocumentKind:
        """Which document it is."""
        return DocumentKind.INVOICE if self.note is None else DocumentKind.CREDIT_NOTE

    @property
    def id(self) -> UUID:
        """The id of the document."""
        return self.invoice.id if self.note is None else self.note.id

    @property
    def number(self) -> str | None:
        """The number of the document; None for a draft."""
        return self.invoice.number if self.note is None else self.note.number

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """The lines; a credit note has one, of what it gives back."""
        if self.note is None:
            return self.invoice.lines
        return (InvoiceLine(LineKind.REFUND, self.note.amount),)

    @property
    def total(self) -> int:
        """The sum of the lines in micro-USDT."""
        return sum(line.amount for line in self.lines)

    @property
    def credited(self) -> int:
        """The sum of the credit notes of the invoice."""
        return sum(note.amount for note in self.notes)

    @property
    def created_at(self) -> datetime:
        """When the document was drawn up."""
        return self.invoice.created_at if self.note is None else self.note.created_at

    @property
    def issued_at(self) -> datetime | None:
        """When it got its number; None for a draft."""
        return self.invoice.issued_at if self.note is None else self.note.created_at

    @property
    def parties(self) -> tuple[Party | None, Party | None]:
        """Buyer and seller."""
        return self.invoice.buyer, self.invoice.seller
