"""The numbers of invoices in PostgreSQL."""

from collections.abc import Collection, Mapping
from uuid import UUID

from mara.platform.database import connection

NUMBERS = """
    SELECT id, number FROM invoices
    WHERE owner_id = %s AND id = ANY (%s) AND number IS NOT NULL
"""


class PostgresInvoiceNumbers:
    """Implements ``InvoiceNumbers``."""

    def numbers_of(self, owner_id: UUID, invoice_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """By id, the numbers of those of the ids that are invoices of the owner with a number."""
        return dict(connection().execute(NUMBERS, (owner_id, list(invoice_ids))).fetchall())
