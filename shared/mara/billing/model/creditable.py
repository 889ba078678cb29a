"""Whether a credit note of an amount can be issued for an invoice."""

from dataclasses import dataclass
from uuid import UUID

from mara.billing.errors import CreditNoteTooLarge, InvoiceNotPaid
from mara.billing.model.invoice import InvoiceStatus
from mara.kernel.money import format_usdt


@dataclass(frozen=True, slots=True)
class CreditableInvoice:
    """An invoice that is locked, with the sum ``credited`` of its notes, in micro-USDT."""

    id: UUID
    owner_id: UUID
    status: InvoiceStatus
    total: int
    credited: int

    def check(self, amount: int) -> None:
        """Raise InvoiceNotPaid or CreditNoteTooLarge unless ``amount`` can be credited."""
        if self.status is not InvoiceStatus.PAID:
            raise InvoiceNotPaid("Only what was paid is given back.", invoice_status=self.status)
        left = self.total - self.credited
        if amount > left:
            raise CreditNoteTooLarge(
                f"{format_usdt(left)} USDT of the invoice are left.", left=format_usdt(left)
            )
