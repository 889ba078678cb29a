"""Invoices and credit notes as users see them: lists, and documents with what paid them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.documents import (
    UNPAID,
    DocumentSummary,
    InvoiceDocument,
    StoredInvoice,
)
from mara.billing.model.invoice import InvoiceStatus, Purpose
from mara.billing.ports import DepositsInFlight
from mara.billing.ports.invoices import Invoices
from mara.billing.service.accounts import funds_of
from mara.billing.service.payment_sources import PaymentSourceService
from mara.kernel.page import Page, PageRequest
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.ports import LedgerRepository


@dataclass(frozen=True, slots=True)
class InvoiceService:
    """Makes documents from rows at each look; none is stored."""

    invoices: Invoices
    ledger: LedgerRepository
    deposits: DepositsInFlight
    sources: PaymentSourceService
    unit_of_work: UnitOfWork

    def list(self, caller: Principal, page: PageRequest) -> Page[DocumentSummary]:
        """A page of the caller's invoices and credit notes. Raises InvalidCursor."""
        with self.unit_of_work(caller.user_id):
            found = self.invoices.list(caller.user_id, page)
            total = self.invoices.count(caller.user_id) if page.total else None
        return Page.of(found, page, lambda document: document.id, total=total)

    def get(self, caller: Principal, document_id: UUID) -> InvoiceDocument:
        """The invoice or credit note with this id. Raises InvoiceNotFound."""
        owner_id = caller.user_id
        with self.unit_of_work(owner_id):
            note = self.invoices.find_note(owner_id, document_id)
            stored = self.invoices.get(owner_id, note.invoice_id if note else document_id)
            if note is not None:
                return InvoiceDocument(stored, note=note)
            notes = tuple(self.invoices.notes_of(document_id))
            references = self._references(stored)
            missing = self._missing(stored)
        sources = self.sources.list(owner_id, references) if references else ()
        return InvoiceDocument(stored, sources, notes, missing)

    def _references(self, stored: StoredInvoice) -> Sequence[str]:
        """The references of the charges that paid the invoice; overage was charged by use."""
        invoice = stored.invoice
        if invoice.status is not InvoiceStatus.PAID:
            return []
        if invoice.purpose is Purpose.USAGE:
            return self.invoices.uses_of(invoice.id)
        return [str(invoice.id)]

    def _missing(self, stored: StoredInvoice) -> int:
        invoice = stored.invoice
        if invoice.status not in UNPAID:
            return 0
        balance = self.ledger.get_balance(invoice.owner_id)
        in_flight = self.deposits.sum_by_owner([invoice.owner_id])
        return funds_of(balance, in_flight.get(invoice.owner_id)).missing(invoice.total)
