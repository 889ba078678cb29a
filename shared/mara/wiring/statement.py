"""Builds the service that tells in words why money moved."""

from functools import cache

from mara.billing.adapters.invoice_numbers import PostgresInvoiceNumbers
from mara.billing.service.statement import StatementTextService
from mara.platform.database import transaction


@cache
def statement_text_service() -> StatementTextService:
    """The texts of a statement."""
    return StatementTextService(PostgresInvoiceNumbers(), transaction)
