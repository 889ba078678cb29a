"""What is printed on an invoice or a credit note, for a page and for a PDF alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mara.billing.model.document_tables import Cells, ViewTable, tables_of
from mara.billing.model.document_texts import OF_LOCALE, DocumentTexts
from mara.billing.model.document_words import (
    moment_text,
    period_text,
    printable,
    reason_text,
)
from mara.billing.model.documents import InvoiceDocument
from mara.billing.model.invoice import InvoiceStatus, Party
from mara.users.model import Locale


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document in one language; texts are printable, and not escaped.

    ``status`` is None for a credit note. ``parties`` are a label and its lines, the name first.
    ``facts`` are a label and a value. ``drawn_up_at`` is a time of the document itself.
    """

    locale: Locale
    title: str
    mark: str
    status: InvoiceStatus | None
    parties: tuple[tuple[str, Cells], ...]
    facts: tuple[tuple[str, str], ...]
    tables: tuple[ViewTable, ...]
    page: str
    footer: str
    drawn_up_at: datetime


def view_of(document: InvoiceDocument, locale: Locale) -> DocumentView:
    """The document in the words of ``locale``."""
    texts, invoice = OF_LOCALE[locale], document.invoice
    is_note = document.note is not None
    title = texts.credit_note if is_note else texts.invoice if document.number else texts.draft
    buyer, seller = document.parties
    return DocumentView(
        locale=locale,
        title=title.format(number=document.number),
        mark=texts.credited if is_note else texts.marks[invoice.status],
        status=None if is_note else invoice.status,
        parties=(
            (texts.labels["seller"], _party(seller)),
            (texts.labels["buyer"], _party(buyer)),
        ),
        facts=tuple(_facts(document, texts, locale)),
        tables=tuple(tables_of(document, texts, locale)),
        page=texts.labels["page"],
        footer=texts.labels["time"],
        drawn_up_at=document.issued_at or document.created_at,
    )


def _party(party: Party | None) -> Cells:
    if party is None:
        return ()
    lines = (party.company, party.name, *party.address.split(","), party.email)
    return tuple(text for line in lines if (text := printable(line)))


def _facts(
    document: InvoiceDocument, texts: DocumentTexts, locale: Locale
) -> Iterator[tuple[str, str]]:
    invoice, labels = document.invoice, texts.labels
    if document.note is not None:
        yield labels["issued"], moment_text(document.note.created_at, locale)
        yield labels["of_invoice"], invoice.number or ""
        yield labels["reason"], reason_text(document.note, locale)
        return
    if invoice.issued_at:
        yield labels["issued"], moment_text(invoice.issued_at, locale)
    if invoice.paid_at:
        yield labels["paid"], moment_text(invoice.paid_at, locale)
    if invoice.period:
        yield labels["period"], period_text(invoice.period, locale)
    if document.stored.pay_until:
        yield labels["pay_until"], moment_text(document.stored.pay_until, locale)
