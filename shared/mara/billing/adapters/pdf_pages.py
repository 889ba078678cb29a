"""Pages of PDF documents: the embedded font, sizes and colours, and the footer."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mara.billing.model.document_view import DocumentView

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


def begin(view: DocumentView) -> "FPDF":
    """The first page of a document; its dates are those of the document."""
    with warnings.catch_warnings():
        # fpdf2 warns of the libraries of images, which no invoice has.
        warnings.simplefilter("ignore")
        from fpdf import FPDF

    class Pages(FPDF):
        """Pages with a footer."""

        def footer(self) -> None:
            """Write the number of the page and the time zone."""
            self.set_y(-MARGIN)
            style(self, size=SMALL, color=GREY)
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
    pdf.set_title(known(pdf, view.title))
    pdf.set_lang(view.locale.value)
    pdf.set_creator("MARA")
    pdf.set_producer("fpdf2")
    pdf.add_page()
    return pdf


def style(
    pdf: "FPDF",
    emphasis: str = "",
    size: float = TEXT,
    color: tuple[int, int, int] = BLACK,
) -> None:
    """Write what follows in this weight, size in points and colour."""
    pdf.set_font(FAMILY, emphasis, size)
    pdf.set_text_color(*color)


def known(pdf: "FPDF", text: str) -> str:
    """The text with a sign for what the font does not have: fpdf2 would log the characters."""
    glyphs = getattr(pdf.fonts[FAMILY.lower()], "cmap")  # noqa: B009 - fonts of fpdf2 have none
    return "".join(one if ord(one) in glyphs else UNKNOWN for one in text)
