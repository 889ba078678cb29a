"""The texts of a statement, which name invoices by their numbers."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from mara.billing.model.statement_texts import OF_INVOICE, entry_text
from mara.billing.ports.invoices import InvoiceNumbers
from mara.kernel.page import Page
from mara.kernel.principal import Principal
from mara.kernel.unit_of_work import UnitOfWork
from mara.ledger.model import Entry, TransferKind
from mara.users.model import Locale


@dataclass(frozen=True, slots=True)
class StatementTextService:
    """Tells in words why money moved."""

    numbers: InvoiceNumbers
    unit_of_work: UnitOfWork

    def describe(
        self, caller: Principal, page: Page[Entry], locale: Locale
    ) -> Page[tuple[Entry, str]]:
        """The page with the text of each entry, in the language ``locale``."""
        ids = [_invoice_id(entry) for entry in page.items]
        numbers = self._numbers(caller, {id_ for id_ in ids if id_ is not None})
        items = [
            (entry, entry_text(TransferKind(entry.kind), numbers.get(id_) if id_ else None, locale))
            for entry, id_ in zip(page.items, ids, strict=True)
        ]
        return Page(items, page.next_cursor, page.total)

    def _numbers(self, caller: Principal, ids: set[UUID]) -> Mapping[UUID, str]:
        if not ids:
            return {}
        with self.unit_of_work(caller.user_id):
            return self.numbers.numbers_of(caller.user_id, ids)


def _invoice_id(entry: Entry) -> UUID | None:
    """The invoice that the entry may refer to."""
    if entry.kind in OF_INVOICE:
        with suppress(ValueError):
            return UUID(entry.reference)
    return None
