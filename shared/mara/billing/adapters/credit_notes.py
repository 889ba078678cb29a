"""Credit notes in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from mara.billing.adapters.document_numbers import number_all
from mara.billing.errors import InvoiceNotFound
from mara.billing.model.actions import CreditablePayment
from mara.billing.model.creditable import CreditableInvoice
from mara.billing.model.invoice import CreditNote, InvoiceStatus, credit_note_number
from mara.billing.model.periods import Period
from mara.platform.database import connection

PAYMENTS = """
    SELECT i.id, i.total - coalesce((
        SELECT sum(n.amount) FROM credit_notes n WHERE n.invoice_id = i.id
    ), 0)::bigint, (
        SELECT coalesce(sum((line->>'kept')::bigint), 0)
        FROM jsonb_array_elements(i.lines) AS line
    )::bigint
    FROM invoices i
    WHERE i.subscription_id = %s AND i.status = 'paid' AND i.period_start = %s
        AND i.period_end = %s AND i.purpose <> 'usage'
    ORDER BY i.id DESC
"""
NOTED = """
    SELECT max(n.created_at) FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id
    WHERE i.subscription_id = %s
"""
ADD = """
    INSERT INTO credit_notes (id, invoice_id, owner_id, number, amount, reason, actor_id,
        created_at)
    VALUES (%(id)s, %(invoice_id)s, %(owner_id)s, %(number)s, %(amount)s, %(reason)s,
        %(actor_id)s, %(created_at)s)
"""
LOCK = """
    SELECT FROM subscriptions s JOIN invoices i ON i.subscription_id = s.id
    WHERE i.id = %s FOR UPDATE OF s
"""
CREDITABLE = """
    SELECT i.id, i.owner_id, i.status, i.total, coalesce((
        SELECT sum(n.amount) FROM credit_notes n WHERE n.invoice_id = i.id
    ), 0)::bigint
    FROM invoices i WHERE i.id = %s
"""


class PostgresCreditNotes:
    """Implements ``CreditNotes``."""

    def noted_at(self, subscription_id: UUID) -> datetime | None:
        """When an invoice of the subscription got its last credit note, in billing time."""
        row = connection().execute(NOTED, (subscription_id,)).fetchone()
        return row[0] if row else None

    def payments_of(self, subscription_id: UUID, period: Period) -> Sequence[CreditablePayment]:
        """The paid invoices of the period with what their notes have left, newest first."""
        rows = connection().execute(PAYMENTS, (subscription_id, period.start, period.end))
        return [CreditablePayment(*row) for row in rows]

    def lock_invoice(self, invoice_id: UUID) -> CreditableInvoice:
        """The invoice, with its subscription locked. Raises InvoiceNotFound."""
        connection().execute(LOCK, (invoice_id,))
        # By a statement of its own: it sees the notes of a transaction that held the lock before.
        row = connection().execute(CREDITABLE, (invoice_id,)).fetchone()
        if row is None:
            raise InvoiceNotFound("There is no invoice with this id.")
        id_, owner_id, status, *amounts = row
        return CreditableInvoice(id_, owner_id, InvoiceStatus(status), *amounts)

    def add(self, notes: Sequence[CreditNote]) -> list[CreditNote]:
        """Number and insert the notes, and return them; written last."""
        ordered = sorted(notes, key=lambda note: note.created_at)
        moments = [note.created_at for note in ordered]
        numbers = number_all("credit_note", moments, credit_note_number)
        numbered = [
            replace(note, number=number)
            for note, number in zip(ordered, list(numbers), strict=True)
        ]
        for note in numbered:
            connection().execute(ADD, asdict(note))
        return numbered
