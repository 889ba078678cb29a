"""Invoices as PDF, with an embedded font that has Latin, Cyrillic, Hebrew and Arabic letters."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mara.billing.model.document_view import DocumentView, ViewTable
from mara.billing.model.invoice import InvoiceStatus
from mara.billing.ports.documents import RenderedDocument

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS: Final = Path(__file__).with_name("fonts")
FAMILY: Final = "DejaVu"
UNKNOWN: Final = "\ufffd"
"""Shown for a character that the font does not have."""
MARGIN: Final = 18.0
"""Millimetres."""
TEXT, SMALL, TITLE = 9.5, 8.0, 17.0
"""Sizes in points."""
LINE: Final = 5.0
"""Height of a line in millimetres."""
GREY: Final = (87, 96, 106)
BLACK: Final = (31, 35, 40)
COLORS: Final = {
    InvoiceStatus.PAID: (26, 127, 55),
    InvoiceStatus.OPEN: (154, 103, 0),
    InvoiceStatus.VOID: (207, 34, 46),
    InvoiceStatus.UNCOLLECTIBLE: (207, 34, 46),
}
AMOUNT: Final = 40
"""Width of the column of amounts."""
WIDTHS: Final = {
    "lines": (106, 28, AMOUNT),
    "sources": (38, 96, AMOUNT),
    "notes": (62, 72, AMOUNT),
}
HASH_MIN, HASH_SIZE = 40, 6.5
"""A word that is longer is the hash of a transaction; in this size it has room in one line."""
POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class PdfDocuments:
    """Implements ``DocumentRenderer`` with fpdf2."""

    def render(self, view: DocumentView) -> RenderedDocument:
        """The file; its dates are those of the document, so the same rows give the same bytes."""
        pdf = _begin(view)
        _head(pdf, view)
        _parties(pdf, view)
        _facts(pdf, view)
        for table in view.tables:
            _table(pdf, table)
        return RenderedDocument(bytes(pdf.output()), "application/pdf", POLICY)


def _begin(view: DocumentView) -> "FPDF":
    with warnings.catch_warnings():
        # fpdf2 warns of the libraries of images, which no invoice has.
        warnings.simplefilter("ignore")
        from fpdf import FPDF

    class Pages(FPDF):
        """Pages with a footer."""

        def footer(self) -> None:
            """Write the number of the page and the time zone."""
            self.set_y(-MARGIN)
            _style(self, size=SMALL, color=GREY)
            number = view.page.format(page=self.page_no(), pages="{nb}")
            self.cell(0, LINE, number)
            self.set_x(MARGIN)
            self.cell(0, LINE, view.footer, align="R")

    pdf = Pages(format="A4")
    pdf.set_margin(MARGIN)
    pdf.c_margin = 0
    pdf.set_auto_page_break(auto=True, margin=MARGIN + 2 * LINE)
    pdf.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
    pdf.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
    pdf.set_creation_date(view.drawn_up_at)
    pdf.set_title(_known(pdf, view.title))
    pdf.set_lang(view.locale.value)
    pdf.set_creator("MARA")
    pdf.set_producer("fpdf2")
    pdf.add_page()
    return pdf


def _head(pdf: "FPDF", view: DocumentView) -> None:
    """The title on the left, the mark in a frame on the right."""
    top = pdf.get_y()
    _style(pdf, "B", 11, COLORS.get(view.status, GREY) if view.status else GREY)
    pdf.set_draw_color(*(COLORS.get(view.status, GREY) if view.status else GREY))
    width = pdf.get_string_width(view.mark) + 8
    pdf.set_xy(pdf.w - MARGIN - width, top)
    pdf.set_line_width(0.6)
    pdf.cell(width, 9, view.mark, border=1, align="C")
    pdf.set_line_width(0.2)
    pdf.set_xy(MARGIN, top)
    _style(pdf, "B", TITLE)
    pdf.multi_cell(pdf.epw - width - 6, 9, _known(pdf, view.title), align="L")
    pdf.set_xy(MARGIN, pdf.get_y() + 12)


def _parties(pdf: "FPDF", view: DocumentView) -> None:
    """Seller and buyer beside each other."""
    top, width = pdf.get_y(), pdf.epw / 2
    bottom = top
    for place, (label, lines) in enumerate(view.parties):
        pdf.set_xy(MARGIN + place * width, top)
        _style(pdf, size=SMALL, color=GREY)
        pdf.cell(width - 4, LINE, label)
        y = top + LINE
        for number, line in enumerate(lines):
            _style(pdf, "" if number else "B")
            pdf.set_xy(MARGIN + place * width, y)
            pdf.multi_cell(width - 4, LINE, _known(pdf, line), align="L")
            y = pdf.get_y()
        bottom = max(bottom, y)
    pdf.set_xy(MARGIN, bottom + LINE)


def _facts(pdf: "FPDF", view: DocumentView) -> None:
    """Labels with their values, in two columns."""
    _style(pdf)
    width = 4 + max((pdf.get_string_width(label) for label, _ in view.facts), default=0)
    for label, value in view.facts:
        _style(pdf, color=GREY)
        pdf.set_x(MARGIN)
        pdf.cell(width, LINE, label)
        _style(pdf)
        pdf.multi_cell(
            pdf.epw - width, LINE, _known(pdf, value), align="L", new_x="LMARGIN", new_y="NEXT"
        )
    pdf.set_y(pdf.get_y() + LINE)


def _table(pdf: "FPDF", table: ViewTable) -> None:
    """A table whose head is repeated on each page; amounts stand on the right."""
    _style(pdf, "B", 11)
    if table.title:
        pdf.set_y(pdf.get_y() + LINE)
        pdf.cell(0, LINE + 2, table.title, new_x="LMARGIN", new_y="NEXT")
    _style(pdf)
    pdf.set_draw_color(208, 215, 222)
    from fpdf.fonts import FontFace

    head = FontFace(emphasis="", size_pt=SMALL, color=GREY)
    small = FontFace(size_pt=HASH_SIZE)
    with pdf.table(
        col_widths=WIDTHS[table.name],
        text_align=("LEFT", "RIGHT" if table.name == "lines" else "LEFT", "RIGHT"),
        borders_layout="HORIZONTAL_LINES",
        headings_style=head,
        line_height=LINE,
        padding=(1, 0, 1, 0),
        gutter_width=2,
        v_align="TOP",
    ) as drawn:
        drawn.row([_known(pdf, cell) for cell in table.columns])
        for cells in table.rows:
            row = drawn.row()
            for cell in cells:
                is_hash = len(cell) > HASH_MIN and " " not in cell
                row.cell(_known(pdf, cell), style=small if is_hash else None)
    _totals(pdf, table.totals)


def _totals(pdf: "FPDF", totals: Sequence[tuple[str, str]]) -> None:
    if not totals:
        return
    if pdf.will_page_break(len(totals) * (LINE + 1)):
        pdf.add_page()
    _style(pdf, "B")
    for label, amount in totals:
        pdf.set_x(MARGIN)
        pdf.cell(pdf.epw - AMOUNT, LINE + 1, label, align="R")
        pdf.cell(AMOUNT, LINE + 1, amount, align="R", new_x="LMARGIN", new_y="NEXT")


def _style(
    pdf: "FPDF",
    emphasis: str = "",
    size: float = TEXT,
    color: tuple[int, int, int] = BLACK,
) -> None:
    pdf.set_font(FAMILY, emphasis, size)
    pdf.set_text_color(*color)


def _known(pdf: "FPDF", text: str) -> str:
    """The text with a sign for what the font does not have: fpdf2 would log the characters."""
    glyphs = getattr(pdf.fonts[FAMILY.lower()], "cmap")  # noqa: B009 - fonts of fpdf2 have none
    return "".join(one if ord(one) in glyphs else UNKNOWN for one in text)
