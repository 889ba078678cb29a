"""Invoices as PDF, with an embedded font that has Latin, Cyrillic, Hebrew and Arabic letters."""

from typing import TYPE_CHECKING, Final

from mara.billing.adapters.pdf_pages import GREY, LINE, MARGIN, SMALL, TITLE, begin, known, style
from mara.billing.adapters.pdf_tables import draw_table
from mara.billing.model.document_view import DocumentView
from mara.billing.model.invoice import InvoiceStatus
from mara.billing.ports.documents import RenderedDocument

if TYPE_CHECKING:
    from fpdf import FPDF

COLORS: Final = {
    InvoiceStatus.PAID: (26, 127, 55),
    InvoiceStatus.OPEN: (154, 103, 0),
    InvoiceStatus.VOID: (207, 34, 46),
    InvoiceStatus.UNCOLLECTIBLE: (207, 34, 46),
}
POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class PdfDocuments:
    """Implements ``DocumentRenderer`` with fpdf2."""

    def render(self, view: DocumentView) -> RenderedDocument:
        """The file; its dates are those of the document, so the same rows give the same bytes."""
        pdf = begin(view)
        _head(pdf, view)
        _parties(pdf, view)
        _facts(pdf, view)
        for table in view.tables:
            draw_table(pdf, table)
        return RenderedDocument(bytes(pdf.output()), "application/pdf", POLICY)


def _head(pdf: "FPDF", view: DocumentView) -> None:
    """The title on the left, the mark in a frame on the right."""
    top = pdf.get_y()
    style(pdf, "B", 11, COLORS.get(view.status, GREY) if view.status else GREY)
    pdf.set_draw_color(*(COLORS.get(view.status, GREY) if view.status else GREY))
    width = pdf.get_string_width(view.mark) + 8
    pdf.set_xy(pdf.w - MARGIN - width, top)
    pdf.set_line_width(0.6)
    pdf.cell(width, 9, view.mark, border=1, align="C")
    pdf.set_line_width(0.2)
    pdf.set_xy(MARGIN, top)
    style(pdf, "B", TITLE)
    pdf.multi_cell(pdf.epw - width - 6, 9, known(pdf, view.title), align="L")
    pdf.set_xy(MARGIN, pdf.get_y() + 12)


def _parties(pdf: "FPDF", view: DocumentView) -> None:
    """Seller and buyer beside each other."""
    top, width = pdf.get_y(), pdf.epw / 2
    bottom = top
    for place, (label, lines) in enumerate(view.parties):
        pdf.set_xy(MARGIN + place * width, top)
        style(pdf, size=SMALL, color=GREY)
        pdf.cell(width - 4, LINE, label)
        y = top + LINE
        for number, line in enumerate(lines):
            style(pdf, "" if number else "B")
            pdf.set_xy(MARGIN + place * width, y)
            pdf.multi_cell(width - 4, LINE, known(pdf, line), align="L")
            y = pdf.get_y()
        bottom = max(bottom, y)
    pdf.set_xy(MARGIN, bottom + LINE)


def _facts(pdf: "FPDF", view: DocumentView) -> None:
    """Labels with their values, in two columns."""
    style(pdf)
    width = 4 + max((pdf.get_string_width(label) for label, _ in view.facts), default=0)
    for label, value in view.facts:
        style(pdf, color=GREY)
        pdf.set_x(MARGIN)
        pdf.cell(width, LINE, label)
        style(pdf)
        pdf.multi_cell(
            pdf.epw - width, LINE, known(pdf, value), align="L", new_x="LMARGIN", new_y="NEXT"
        )
    pdf.set_y(pdf.get_y() + LINE)
