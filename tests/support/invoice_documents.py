"""Documents of invoices, as a service makes them of rows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from mara.billing.model.documents import (
    InvoiceDocument,
    PaymentSource,
    SourceKind,
    StoredInvoice,
)
from mara.billing.model.invoice import (
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineKind,
    Party,
    Purpose,
)
from mara.billing.model.meters import Meter
from mara.billing.model.periods import Period
from mara.wallets.model import Network
from tests.support.billing import NOW, USDT

TRANSACTION = "3f1a9c0de4b25786" * 4
SELLER = Party("Example Ltd", "billing@example.com", "Main Street 1, 12345 Springfield")
BUYER = Party("Анна Петрова", "anna@example.com", company="ООО «Пример»")
LINES = (
    InvoiceLine(LineKind.BASE, 1234 * USDT + 567_891),
    InvoiceLine(LineKind.DISCOUNT, -300 * USDT),
)
SOURCES = (
    PaymentSource(SourceKind.CREDIT, 5 * USDT, "a credit"),
    PaymentSource(SourceKind.DEPOSIT, 929 * USDT, "a deposit", Network.TRON, TRANSACTION),
)


def note(amount: int = 14 * USDT, reason: str = "cancelled") -> CreditNote:
    at = NOW + timedelta(days=3)
    return CreditNote(
        UUID(int=9), UUID(int=5), UUID(int=7), amount, reason, None, at, "2026-C-000012"
    )


def overage(count: int) -> tuple[InvoiceLine, ...]:
    """As many lines, each with another quantity and amount."""
    return tuple(
        InvoiceLine(LineKind.OVERAGE, 100_001 + n, Meter.ANSWERS, 7001 + n) for n in range(count)
    )


def document(
    *,
    status: InvoiceStatus = InvoiceStatus.PAID,
    lines: tuple[InvoiceLine, ...] = LINES,
    buyer: Party = BUYER,
    **parts: Any,
) -> InvoiceDocument:
    """An invoice of the plan Team; ``parts`` are fields of the document."""
    is_draft = status is InvoiceStatus.DRAFT
    is_unpaid = status in (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
    invoice = Invoice(
        id=UUID(int=5),
        subscription_id=UUID(int=6),
        owner_id=UUID(int=7),
        version_id=UUID(int=8),
        status=status,
        purpose=Purpose.RENEWAL,
        cause=NOW.isoformat(),
        lines=lines,
        created_at=NOW,
        period=None if is_draft else Period(NOW, NOW + timedelta(days=28)),
        number=None if is_draft else "2026-000123",
        issued_at=None if is_draft else NOW,
        paid_at=NOW if status is InvoiceStatus.PAID else None,
        buyer=None if is_draft else buyer,
        seller=None if is_draft else SELLER,
    )
    names = {"ru": "Команда", "en": "Team"}
    until = NOW + timedelta(days=1) if is_unpaid else None
    return InvoiceDocument(StoredInvoice(invoice, "team", names, until), **parts)
