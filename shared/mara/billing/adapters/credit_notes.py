"""Credit notes in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from mara.billing.adapters.document_numbers import number_all
from mara.billing.model.actions import CreditablePayment
from mara.billing.model.invoice import CreditNote, credit_note_number
from mara.billing.model.periods import Period
from mara.platform.database import connection

PAYMENTS = """
    SELECT i.id, i.total - coalesce((
        SELECT sum(n.amount) FROM credit_notes n WHERE n.invoice_id = i.id
    ), 0)::bigint
    FROM invoices i
    WHERE i.subscription_id = %s AND i.status = 'paid' AND i.period_start = %s
        AND i.purpose <> 'usage'
    ORDER BY i.id DESC
"""
ADD = """
    INSERT INTO credit_notes (id, invoice_id, owner_id, number, amount, reason, actor_id,
        created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


class PostgresCreditNotes:
    """Implements ``CreditNotes``."""

    def payments_of(self, subscription_id: UUID, period: Period) -> Sequence[CreditablePayment]:
        """The paid invoices of the period with what their notes have left, newest first."""
        rows = connection().execute(PAYMENTS, (subscription_id, period.start))
        return [CreditablePayment(*row) for row in rows]

    def add(self, notes: Sequence[CreditNote]) -> None:
        """Number and insert the notes; written last, as numbered invoices are."""
        ordered = sorted(notes, key=lambda note: note.created_at)
        moments = [note.created_at for note in ordered]
        numbers = number_all("credit_note", moments, credit_note_number)
        for note, number in zip(ordered, list(numbers), strict=True):
            connection().execute(
                ADD,
                (
                    *(note.id, note.invoice_id, note.owner_id, number, note.amount),
                    *(note.reason, note.actor_id, note.created_at),
                ),
            )
