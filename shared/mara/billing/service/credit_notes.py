"""Credit notes by hand: the only correction of an invoice that was paid."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from mara.audit.model.deed import AuditAction, Deed
from mara.audit.ports import AuditLog
from mara.billing.model.invoice import CreditNote
from mara.billing.ports import Accounts, CreditNotes
from mara.kernel.clock import Clock
from mara.kernel.money import format_usdt
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import SYSTEM, UnitOfWork
from mara.ledger.model import Cause
from mara.ledger.service import LedgerService


@dataclass(frozen=True, slots=True)
class CreditNoteService:
    """Gives back a part of an invoice, as the money that had paid it.

    The row of the subscription is locked, so that a cancellation counts the note.
    """

    notes: CreditNotes
    accounts: Accounts
    ledger: LedgerService
    unit_of_work: UnitOfWork
    now: Clock
    new_id: Callable[[], UUID]
    audit: AuditLog

    def issue(self, caller: Principal, invoice_id: UUID, amount: int, reason: str) -> CreditNote:
        """Issue a credit note of ``amount`` micro-USDT.

        All notes of an invoice are at most its total. Raises InvoiceNotFound, InvoiceNotPaid,
        CreditNoteTooLarge.
        """
        with self.unit_of_work(SYSTEM):
            invoice = self.notes.lock_invoice(invoice_id)
            invoice.check(amount)
            at = self.accounts.billing_time(invoice.owner_id, self.now())
            note = CreditNote(
                id=self.new_id(),
                invoice_id=invoice_id,
                owner_id=invoice.owner_id,
                amount=amount,
                reason=reason,
                actor_id=caller.user_id,
                created_at=at,
            )
            cause = Cause(f"credit_note:{note.id}", str(invoice_id))
            self.ledger.refund(invoice.owner_id, amount, cause)
            self._record(note)
            return self.notes.add([note])[0]

    def _record(self, note: CreditNote) -> None:
        detail = {"amount": format_usdt(note.amount), "reason": note.reason}
        what = (AuditAction.CREDIT_NOTE_ISSUED, note.actor_id, note.owner_id)
        self.audit.record(Deed(*what, "credit_note", note.id, detail))
