"""Invoices of overage in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from mara.billing.adapters.document_numbers import number_all
from mara.billing.adapters.invoice_writing import NO_SELLER, save_invoices
from mara.billing.adapters.records import invoice_row
from mara.billing.model.invoice import Invoice, Party, invoice_number


@dataclass(frozen=True, slots=True)
class PostgresUsageInvoices:
    """Implements ``UsageInvoices``. ``seller`` stands on the invoices."""

    seller: Party = NO_SELLER

    def add(self, invoices: Sequence[Invoice]) -> None:
        """Insert invoices that are issued as paid; their numbers are given last."""
        ordered = sorted(invoices, key=lambda one: one.issued_at or one.created_at)
        rows = [invoice_row(invoice, None) for invoice in ordered]
        moments = [invoice.issued_at or invoice.created_at for invoice in ordered]
        for row, number in zip(rows, number_all("invoice", moments, invoice_number), strict=True):
            row["number"] = number
        save_invoices(rows, self.seller)
