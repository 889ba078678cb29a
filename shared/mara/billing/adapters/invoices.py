"""Invoices and credit notes in PostgreSQL, for reading."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from mara.billing.adapters.records import invoice_of, period_of
from mara.billing.adapters.tables import credit_notes, invoices, plan_versions, plans
from mara.billing.adapters.usage_tables import usage_counters, usage_reservations
from mara.billing.errors import InvoiceNotFound
from mara.billing.model.documents import DocumentKind, DocumentSummary, StoredInvoice
from mara.billing.model.invoice import CreditNote, InvoiceStatus, Purpose
from mara.kernel.page import PageRequest
from mara.platform.schema import TIMESTAMP
from mara.platform.sql import Row, constant, fetch_all, fetch_one, take
from mara.platform.sql_lists import SortedList

OWNER = bindparam("owner_id", type_=Uuid)
ISSUED = or_(invoices.c.status != constant(InvoiceStatus.VOID), invoices.c.number.is_not(None))


def _none(name: str, kind: Any) -> ColumnElement[Any]:
    return cast(null(), kind).label(name)


OF_INVOICES = select(
    literal(DocumentKind.INVOICE.value, Text).label("kind"),
    *(invoices.c.id, invoices.c.number, invoices.c.total, invoices.c.created_at),
    *(invoices.c.status, invoices.c.purpose, invoices.c.period_start, invoices.c.period_end),
    *(invoices.c.issued_at, invoices.c.paid_at),
    *(_none("invoice_id", Uuid), _none("reason", Text)),
).where(invoices.c.owner_id == OWNER, ISSUED)
OF_NOTES = select(
    literal(DocumentKind.CREDIT_NOTE.value, Text).label("kind"),
    *(credit_notes.c.id, credit_notes.c.number, credit_notes.c.amount, credit_notes.c.created_at),
    *(_none("status", Text), _none("purpose", Text)),
    *(_none("period_start", TIMESTAMP), _none("period_end", TIMESTAMP)),
    *(credit_notes.c.created_at, _none("paid_at", TIMESTAMP)),
    *(credit_notes.c.invoice_id, credit_notes.c.reason),
).where(credit_notes.c.owner_id == OWNER)
DOCUMENTS = union_all(OF_INVOICES, OF_NOTES).subquery("documents")
LIST = SortedList.of(select(DOCUMENTS).select_from(DOCUMENTS), DOCUMENTS.c.id, {})
GET = (
    select(invoices, plans.c.code, plans.c.names)
    .join(plan_versions, plan_versions.c.id == invoices.c.version_id)
    .join(plans, plans.c.id == plan_versions.c.plan_id)
    .where(invoices.c.owner_id == OWNER, invoices.c.id == bindparam("id"))
    .where(ISSUED)
)
NOTE = select(credit_notes).where(
    credit_notes.c.owner_id == OWNER, credit_notes.c.id == bindparam("id")
)
NOTES = (
    select(credit_notes)
    .where(credit_notes.c.invoice_id == bindparam("invoice"))
    .order_by(credit_notes.c.id)
)
ITEMS = func.jsonb_array_elements(usage_reservations.c["items"]).table_valued("value")
COUNTER_ID = cast(func.jsonb_extract_path_text(ITEMS.c.value, "counter_id"), Uuid)
USES = (
    select(usage_reservations.c.reference)
    .select_from(usage_counters)
    .join(usage_reservations, usage_reservations.c.owner_id == usage_counters.c.owner_id)
    .join(ITEMS, usage_counters.c.id == COUNTER_ID)
    .where(usage_counters.c.invoice_id == bindparam("invoice"))
    .where(usage_reservations.c.charged > 0)
    .distinct()
)


class PostgresInvoices:
    """Implements ``Invoices``."""

    def list(self, owner_id: UUID, page: PageRequest) -> list[DocumentSummary]:
        """A page of invoices and credit notes, and one item more if there is another page."""
        return [_summary(row) for row in LIST.fetch(page, owner_id=owner_id)]

    def count(self, owner_id: UUID) -> int:
        """The number of invoices and credit notes together."""
        return LIST.total(owner_id=owner_id)

    def get(self, owner_id: UUID, invoice_id: UUID) -> StoredInvoice:
        """The invoice. Raises InvoiceNotFound."""
        row = fetch_one(GET, owner_id=owner_id, id=invoice_id)
        if row is None:
            raise InvoiceNotFound("Look at the list of invoices.")
        is_unpaid = row["status"] in (InvoiceStatus.DRAFT, InvoiceStatus.OPEN)
        pay_until = row["pay_until"] if is_unpaid else None
        return StoredInvoice(invoice_of(row), row["code"], row["names"], pay_until)

    def find_note(self, owner_id: UUID, note_id: UUID) -> CreditNote | None:
        """The credit note with this id."""
        row = fetch_one(NOTE, owner_id=owner_id, id=note_id)
        return take(CreditNote, row) if row else None

    def notes_of(self, invoice_id: UUID) -> Sequence[CreditNote]:
        """The credit notes of the invoice, oldest first."""
        return [take(CreditNote, row) for row in fetch_all(NOTES, invoice=invoice_id)]

    def uses_of(self, invoice_id: UUID) -> Sequence[str]:
        """The references of the uses whose overage the invoice lists."""
        return [row["reference"] for row in fetch_all(USES, invoice=invoice_id)]


def _summary(row: Row) -> DocumentSummary:
    return DocumentSummary(
        kind=DocumentKind(row["kind"]),
        id=row["id"],
        number=row["number"],
        total=row["total"],
        created_at=row["created_at"],
        status=InvoiceStatus(row["status"]) if row["status"] else None,
        purpose=Purpose(row["purpose"]) if row["purpose"] else None,
        period=period_of(row),
        issued_at=row["issued_at"],
        paid_at=row["paid_at"],
        invoice_id=row["invoice_id"],
        reason=row["reason"],
    )
