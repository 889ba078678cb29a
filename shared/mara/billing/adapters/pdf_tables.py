"""Tables of PDF documents, whose head is repeated on each page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from mara.billing.adapters.pdf_pages import GREY, LINE, MARGIN, SMALL, known, style
from mara.billing.model.document_tables import ViewTable

if TYPE_CHECKING:
    from fpdf import FPDF

AMOUNT: Final = 40
"""Width of the column of amounts."""
WIDTHS: Final = {
    "lines": (106, 28, AMOUNT),
    "sources": (38, 96, AMOUNT),
    "notes": (62, 72, AMOUNT),
}
HASH_MIN, HASH_SIZE = 40, 6.5
"""A word that is longer is the hash of a transaction; in this size it has room in one line."""


def draw_table(pdf: "FPDF", table: ViewTable) -> None:
    """A table whose head is repeated on each page; amounts stand on the right."""
    style(pdf, "B", 11)
    if table.title:
        pdf.set_y(pdf.get_y() + LINE)
        pdf.cell(0, LINE + 2, table.title, new_x="LMARGIN", new_y="NEXT")
    style(pdf)
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
        drawn.row([known(pdf, cell) for cell in table.columns])
        for cells in table.rows:
            row = drawn.row()
            for cell in cells:
                is_hash = len(cell) > HASH_MIN and " " not in cell
                row.cell(known(pdf, cell), style=small if is_hash else None)
    _totals(pdf, table.totals)


def _totals(pdf: "FPDF", totals: Sequence[tuple[str, str]]) -> None:
    if not totals:
        return
    if pdf.will_page_break(len(totals) * (LINE + 1)):
        pdf.add_page()
    style(pdf, "B")
    for label, amount in totals:
        pdf.set_x(MARGIN)
        pdf.cell(pdf.epw - AMOUNT, LINE + 1, label, align="R")
        pdf.cell(AMOUNT, LINE + 1, amount, align="R", new_x="LMARGIN", new_y="NEXT")
