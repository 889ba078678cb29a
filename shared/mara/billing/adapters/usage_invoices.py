"""Invoices of overage in PostgreSQL."""

import json
from collections.abc import Sequence

from mara.billing.adapters.account_statements import SAVE_INVOICES
from mara.billing.adapters.document_numbers import number_all
from mara.billing.adapters.records import invoice_row
from mara.billing.model.invoice import Invoice, invoice_number
from mara.platform.database import connection


class PostgresUsageInvoices:
    """Implements ``UsageInvoices``."""

    def add(self, invoices: Sequence[Invoice]) -> None:
        """Insert invoices that are issued as paid; their numbers are given last."""
        ordered = sorted(invoices, key=lambda one: one.issued_at or one.created_at)
        rows = [invoice_row(invoice, None) for invoice in ordered]
        moments = [invoice.issued_at or invoice.created_at for invoice in ordered]
        for row, number in zip(rows, number_all("invoice", moments, invoice_number), strict=True):
            row["number"] = number
        connection().execute(SAVE_INVOICES, (json.dumps(rows, default=str),))
