"""The tables that are printed on an invoice or a credit note."""

from collections.abc import Iterator
from dataclasses import dataclass

from mara.billing.model.document_texts import DocumentTexts
from mara.billing.model.document_words import (
    amount_text,
    line_text,
    moment_text,
    reason_text,
    source_text,
)
from mara.billing.model.documents import UNPAID, InvoiceDocument
from mara.billing.model.invoice import InvoiceLine
from mara.users.model import Locale

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViewTable:
    """A table; the last column is an amount. ``totals`` stand below it.

    ``name`` is ``lines``, ``sources`` or ``notes``; the lines have no title.
    """

    name: str
    title: str
    columns: Cells
    rows: tuple[Cells, ...]
    totals: tuple[tuple[str, str], ...] = ()


def tables_of(
    document: InvoiceDocument, texts: DocumentTexts, locale: Locale
) -> Iterator[ViewTable]:
    """The lines with their totals, what paid them, and the credit notes."""
    labels = texts.labels
    yield ViewTable(
        "lines",
        "",
        (labels["description"], labels["quantity"], labels["amount"]),
        tuple(_line_cells(document, line, locale) for line in document.lines),
        tuple(_totals(document, texts, locale)),
    )
    if document.sources:
        yield ViewTable(
            "sources",
            labels["paid_by"],
            (labels["source"], labels["transaction"], labels["amount"]),
            tuple(
                (source_text(one, locale), one.transaction or "", amount_text(one.amount, locale))
                for one in document.sources
            ),
        )
    if document.notes:
        yield ViewTable(
            "notes",
            labels["notes"],
            (labels["issued"], labels["reason"], labels["amount"]),
            tuple(
                (
                    f"{note.number}, {moment_text(note.created_at, locale)}",
                    reason_text(note, locale),
                    amount_text(note.amount, locale),
                )
                for note in document.notes
            ),
        )


def _line_cells(document: InvoiceDocument, line: InvoiceLine, locale: Locale) -> Cells:
    quantity = "" if line.quantity is None else str(line.quantity)
    return line_text(document, line, locale), quantity, amount_text(line.amount, locale)


def _totals(
    document: InvoiceDocument, texts: DocumentTexts, locale: Locale
) -> Iterator[tuple[str, str]]:
    labels = texts.labels
    yield labels["total"], amount_text(document.total, locale)
    if document.notes:
        yield labels["net"], amount_text(document.total - document.credited, locale)
    if document.note is None and document.invoice.status in UNPAID:
        yield labels["missing"], amount_text(document.missing, locale)
