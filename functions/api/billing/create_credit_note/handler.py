"""POST /api/v1/admin/invoices/{invoice_id}/credit-notes - create a credit note of a paid invoice.

Its amount goes back to the user's balance, as the money that had paid the invoice: a credit by hand
stays one. All notes of an invoice are at most its total. Numbers of notes have no gaps.
"""

from uuid import UUID

from mara.billing.schemas.credits import CreditNoteIn, IssuedCreditNoteOut
from mara.entrypoints.http import SUPERUSER, api, lambda_handler
from mara.entrypoints.principal import Caller
from mara.wiring.credits import credit_note_service

app = api(access=SUPERUSER)


@app.post("/api/v1/admin/invoices/{invoice_id}/credit-notes", status_code=201)
async def create_credit_note(
    invoice_id: UUID, body: CreditNoteIn, caller: Caller
) -> IssuedCreditNoteOut:
    note = credit_note_service().issue(caller, invoice_id, body.amount, body.reason)
    return IssuedCreditNoteOut.of(note)


handler = lambda_handler(app)
