"""The ports of invoices and credit notes, for reading."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from mara.billing.model.documents import DocumentSummary, StoredInvoice
from mara.billing.model.invoice import CreditNote
from mara.kernel.page import PageRequest


class Invoices(Protocol):
    """Invoices and credit notes of an owner.

    An invoice that became void before it had a number was never issued, and is left out.
    """

    def list(self, owner_id: UUID, page: PageRequest) -> Sequence[DocumentSummary]:
        """A page of both kinds, and one item more if there is another page."""

    def count(self, owner_id: UUID) -> int:
        """The number of both kinds together."""

    def get(self, owner_id: UUID, invoice_id: UUID) -> StoredInvoice:
        """The invoice. Raises InvoiceNotFound."""

    def find_note(self, owner_id: UUID, note_id: UUID) -> CreditNote | None:
        """The credit note with this id."""

    def notes_of(self, invoice_id: UUID) -> Sequence[CreditNote]:
        """The credit notes of the invoice, oldest first."""

    def uses_of(self, invoice_id: UUID) -> Sequence[str]:
        """The references of the uses whose overage the invoice lists, such as ids of answers."""


class InvoiceNumbers(Protocol):
    """The numbers of invoices, for texts that name them."""

    def numbers_of(self, owner_id: UUID, invoice_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """By id, the numbers of those of the ids that are invoices of the owner with a number."""
