"""Ordinary office papers that hold one of everything: what is to be read, and what is not."""

import io
import re
import zipfile
from typing import Any

from tests.support import word
from tests.support.files import a_pdf, with_part
from tests.support.painted import Words, a_painted_pdf, lines

A_MARKDOWN = """---
status: draft
---
# Runbook

Prune the backups.

![a graph](graph.png)

| Alert | Action |
|-------|--------|
| Disk  | Prune  |

<!-- an instruction
in a comment -->
[//]: # (another instruction)

## Steps

- first
- second

```
<!-- shown -->
```
"""


def a_pdf_with_a_list() -> bytes:
    return _pdf(["1. Look.", "2. Prune.", "Disk 80 %"])


def a_pdf_with_a_picture() -> bytes:
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(io.BytesIO(b"P6 2 2 255 " + b"drawn-pixels"))
    return _pdf(["What everybody sees."], lambda canvas: canvas.drawImage(picture, 0, 0, 99, 99))


def a_pdf_with_a_scanned_page() -> bytes:
    """A page that is a picture, and a typed one."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawImage(ImageReader(io.BytesIO(b"P6 2 2 255 " + bytes(12))), 50, 50, 400, 600)
    canvas.showPage()
    canvas.drawString(72, 700, "What is typed.")
    canvas.save()
    return buffer.getvalue()


def a_pdf_with_an_unreadable_page() -> bytes:
    """Its letters have no names, and it has a line across the page."""
    text = ["The gateway was inspected in May", "and its valve was closed."]
    return a_painted_pdf(lines(text), with_names=False)


def a_pdf_with_hidden_text() -> bytes:
    def draw(canvas: Any) -> None:
        canvas.drawString(9000, 700, "off-page instruction")
        canvas.saveState()  # the mode would stay for what follows
        invisible = canvas.beginText(72, 650)
        invisible.setTextRenderMode(3)
        invisible.textLine("invisible instruction")
        canvas.drawText(invisible)
        canvas.restoreState()
        canvas.setFillColorRGB(0, 0, 0.5)
        canvas.rect(60, 490, 300, 40, stroke=0, fill=1)
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 500, "White on blue.")
        canvas.drawString(72, 550, "white instruction")
        canvas.setFillColorRGB(0, 0, 0)
        canvas.setFillAlpha(0)
        canvas.drawString(72, 450, "transparent instruction")
        canvas.setFillAlpha(1)
        canvas.setFont("Helvetica", 0.3)
        canvas.drawString(72, 600, "tiny instruction")
        canvas.saveState()
        canvas.translate(72, 400)
        canvas.scale(0.02, 0.02)
        canvas.setFont("Helvetica", 12)
        canvas.drawString(0, 0, "scaled instruction")
        canvas.restoreState()

    return _pdf(["What everybody sees."], draw)


def a_pdf_with_extras() -> bytes:
    """A page with comments, of which three count, a password, a script and attached files."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.annotations import FreeText, Highlight, Popup, Text
    from pypdf.generic import (
        ArrayObject,
        DictionaryObject,
        FloatObject,
        NameObject,
        TextStringObject,
    )

    def draw(canvas: Any) -> None:
        canvas.acroForm.textfield(
            name="f", value="an instruction in a field", x=9, y=9, fieldFlags="password"
        )

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pdf(["What everybody sees."], draw))))
    corners = ArrayObject(map(FloatObject, (70, 750, 200, 750, 70, 735, 200, 735)))
    box = (70, 735, 200, 750)
    remark = writer.add_annotation(0, Text(rect=box, text="an instruction in a comment"))
    writer.add_annotation(0, Popup(rect=box, parent=remark))
    writer.add_annotation(0, FreeText(rect=box, text="an instruction typed on the page"))
    marking = Highlight(rect=box, quad_points=corners)
    writer.add_annotation(0, marking)  # without a remark
    remarked = Highlight(rect=box, quad_points=corners)
    remarked[NameObject("/Contents")] = TextStringObject("an instruction in a marking")
    writer.add_annotation(0, remarked)
    script = {"/S": "/JavaScript", "/JS": "app.alert('an instruction in a script')"}
    scripts = ArrayObject([TextStringObject("start"), _named(script)])
    names = DictionaryObject({NameObject("/Names"): scripts})
    writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): names})
    writer.add_attachment("attached.txt", b"an instruction in a file")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _named(entries: dict[str, str]) -> Any:
    """A PDF dictionary: values with a slash are names, others strings."""
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    return DictionaryObject(
        {
            NameObject(key): (NameObject if text.startswith("/") else TextStringObject)(text)
            for key, text in entries.items()
        }
    )


def a_pdf_with_a_damaged_page() -> bytes:
    """Its first page does not say that it is one."""
    content = a_pdf("First steps.", "Second steps.")
    return content.replace(b"/Type /Page\n", b"/Type /Pagf\n", 1)


LEFT = ("Goods may be returned", "within fourteen days", "with receipt and packaging.")
RIGHT = ("The warranty for devices", "lasts two years", "from the day of sale.")


def a_pdf_with_contents() -> bytes:
    """A page of contents, and a page whose heading is in the type of the text."""
    contents = ["Contents", "General ........ 1", "Evacuation ........ 2"]
    return a_painted_pdf(lines(contents), lines(["Evacuation", "Leave by the gate."]))


def a_pdf_with_columns() -> bytes:
    """Two columns of text that were painted line by line."""
    rows = enumerate(zip(LEFT, RIGHT, strict=True))
    return a_painted_pdf(
        [
            Words(60 + 220 * column, 80 + 16 * row, text)
            for row, texts in rows
            for column, text in enumerate(texts)
        ]
    )


def a_pdf_whose_sentence_goes_on() -> bytes:
    """On the next page, with a word that the first line divides."""
    return a_painted_pdf(lines(["Start the proce-", "dure and"]), lines(["call the foreman."]))


def a_pdf_with_edges() -> bytes:
    """Two pages with the same header, and with their numbers at the foot."""
    pages = [
        [
            *lines(["Policy", f"Rule {'ab'[n]}.", f"Part {'cd'[n]}."]),
            Words(60, 800, f"Page {n + 1}"),
        ]
        for n in range(2)
    ]
    return a_painted_pdf(*pages)


def a_pdf_with_unreadable_text() -> bytes:
    """A page with a line, and one whose letters have no names."""
    import pypdfium2

    made = pypdfium2.PdfDocument(_pdf(["What everybody sees."]))
    nameless = a_painted_pdf(lines(["The gateway was inspected."]), with_names=False)
    made.import_pages(pypdfium2.PdfDocument(nameless))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def a_pdf_with_a_field() -> bytes:
    """A form with one field."""

    def draw(canvas: Any) -> None:
        canvas.acroForm.textfield(name="f", value="Anna", x=140, y=732, width=120, height=20)

    return _pdf(["Employee:"], draw)


def a_pdf_form() -> bytes:
    """Text fields, one without a label, a list, and two check boxes."""

    def draw(canvas: Any) -> None:
        form = canvas.acroForm
        canvas.drawString(72, 700, "Employee:")
        form.textfield(name="f1", value="Anna Example", x=140, y=692, width=120, height=20)
        canvas.drawString(300, 700, "Days:")
        form.textfield(name="f2", value="14", x=340, y=692, width=60, height=20)
        canvas.drawString(72, 660, "Kind:")
        form.choice(name="f3", value="paid", options=["paid", "unpaid"], x=140, y=652, height=20)
        for number, (text, checked) in enumerate((("by train", True), ("by plane", False))):
            form.checkbox(name=f"c{number}", checked=checked, x=72, y=612 - 30 * number, size=14)
            canvas.drawString(100, 615 - 30 * number, text)
        form.textfield(name="f4", tooltip="Remark", value="none yet", x=72, y=500, height=20)
        form.textfield(name="f5", tooltip="Empty", value="", x=72, y=460, height=20)

    return _pdf(["Vacation request"], draw)


def _pdf(lines: list[str], draw: Any = None) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for number, line in enumerate(lines):
        canvas.drawString(72, 740 - 14 * number, line)
    if draw is not None:
        draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def a_docx() -> bytes:
    from docx import Document

    document = Document()
    document.sections[0].header.paragraphs[0].text = "on every page"
    document.sections[0].footer.paragraphs[0].text = "on every page"
    document.add_heading("Runbook", 1)
    commented = document.add_paragraph("Prune the backups.")
    document.add_comment(commented.runs, text="remarked")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("MARK")
    table = document.add_table(rows=3, cols=2)
    rows = [("Alert", "Action"), ("Disk", "Prune"), ("", "Grow")]
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            if text:
                cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        body = archive.read("word/document.xml")
    start = body.rindex(b"<w:p>", 0, body.index(b"MARK"))
    end = body.index(b"</w:p>", start) + len(b"</w:p>")
    return with_part(
        buffer.getvalue(), "word/document.xml", body[:start] + _UNUSUAL.encode() + body[end:]
    )


def _run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


_TINY = '<w:sz w:val="1"/>'
_WHITE = '<w:color w:val="FFFFFF"/>'
_UNUSUAL = "".join(
    [
        '<w:p><w:pPr><w:pStyle w:val="ListBullet"/><w:numPr><w:ilvl w:val="1"/></w:numPr></w:pPr>',
        f"{_run('second')}</w:p>",
        f"<w:p><w:r><w:pict><w:txbxContent><w:p>{_run('Words in a box.')}</w:p>",
        "</w:txbxContent></w:pict></w:r></w:p>",
        f'<w:p><w:ins w:id="1">{_run("It was inserted.")}</w:ins>',
        '<w:del w:id="2"><w:r><w:delText>It was deleted.</w:delText></w:r></w:del></w:p>',
        f"<w:sdt><w:sdtContent><w:p>{_run('A field of a form.')}</w:p></w:sdtContent></w:sdt>",
        f"<w:p>{_run('hidden instruction', '<w:vanish/>')}</w:p>",
        f"<w:p>{_run('white instruction', _WHITE)}</w:p>",
        f"<w:p>{_run('tiny instruction', _TINY)}</w:p>",
        '<w:p><w:pPr><w:shd w:val="clear" w:fill="0000AA"/></w:pPr>',
        f"{_run('White on blue.', _WHITE)}</w:p>",
    ]
)


def a_contract() -> bytes:
    """A Word file with clauses, a note, a link, boxes, drawings and a hidden row."""
    heading = '<w:pStyle w:val="Heading1"/>'
    styles = (
        '<w:style w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:numPr>'
        '<w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )
    levels = word.level(0, "Chapter %1.", "upperRoman") + word.level(1, "%1.%2.", more="<w:isLgl/>")
    symbols = "".join(
        f'<w:r><w:sym w:font="Wingdings" w:char="{char}"/></w:r>' for char in ("F0FE", "F021")
    )
    link = f'<w:hyperlink r:id="l">{word.run("guide")}</w:hyperlink>'
    drawings = "".join(
        f'<w:r><w:drawing name="drawn">{each}</w:drawing></w:r>'
        for each in ("<pic:pic/>", "<c:chart/>")
    )
    body = [
        word.paragraph("Rent", heading),
        word.numbered("It is paid monthly.", 1),
        word.paragraph(word.run("Free") + '<w:r><w:footnoteReference w:id="2"/></w:r>'),
        word.paragraph(symbols + word.run(" ") + link + drawings),
        "<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>",
        f"{word.paragraph('a row of instruction')}</w:tc></w:tr></w:tbl>",
    ]
    return word.a_word_file(
        "".join(body),
        relations=word.a_link("l", "https://e.org/x"),
        styles=styles,
        numbering=f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>',
        footnotes=f'<w:footnote w:id="2">{word.paragraph("From 5000 roubles.")}</w:footnote>',
    )


def an_xlsx() -> bytes:
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Plan"
    sheet["B2"], sheet["C2"], sheet["D2"] = "Alert", "Action", "Instruction"
    sheet["B3"], sheet["C3"], sheet["D3"] = "Disk", "Prune", "a column's instruction"
    sheet["B4"], sheet["C4"] = "Row", "a row's instruction"
    sheet["B5"], sheet["C5"] = "Total", "=SUM(40,2)"
    sheet["C3"].comment = Comment("remarked", "anybody")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    hidden = workbook.create_sheet("Hidden")
    hidden["A1"] = "a sheet's instruction"
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        part = archive.read("xl/worksheets/sheet1.xml")
    # As a program that computes writes it: the value beside the formula.
    computed = re.sub(rb"(<f>SUM\(40,2\)</f>)<v ?/?>(</v>)?", rb"\1<v>42</v>", part)
    return with_part(buffer.getvalue(), "xl/worksheets/sheet1.xml", computed)


def an_xlsx_of_formats() -> bytes:
    """Shares in a format, a link in merged cells, and a formula that no program computed."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = "Shares"
    rows = (["Item", "Share"], ["Cable", 0.075], [None, 0.15], ["Total", "=SUM(B2:B3)"])
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    sheet["A2"].hyperlink = "https://example.org/cable"
    for place in ("B2", "B3"):
        sheet[place].number_format = "0.0%"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def an_xlsx_of_pages() -> bytes:
    """A list whose header stands at the top of each of its three pages."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet: Any = workbook.active
    for page in range(3):
        sheet.append(["Alert", "Action"])
        for row in range(20):
            sheet.append([f"Alert{page}-{row}", "Prune"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def an_xlsx_with_drawings() -> bytes:
    """A workbook with a chart, two pictures and a text box over its cells."""
    from openpyxl import Workbook
    from openpyxl.chart import BarChart, Reference
    from openpyxl.drawing.image import Image
    from PIL import Image as Pictures

    workbook = Workbook()
    sheet: Any = workbook.active
    for row in (["Alert", "Count"], ["Disk", 3], ["Queue", 5]):
        sheet.append(row)
    chart = BarChart()
    chart.title = "graph"
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3), titles_from_data=True)
    sheet.add_chart(chart, "E5")
    for place in ("E20", "E30"):
        drawn = io.BytesIO()
        Pictures.new("RGB", (4, 4)).save(drawn, "PNG")
        sheet.add_image(Image(drawn), place)
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        drawing = archive.read("xl/drawings/drawing1.xml")
    box = (
        b'<xdr:absoluteAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/'
        b'spreadsheetDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        b"<xdr:sp><xdr:txBody><a:p><a:r><a:t>a note</a:t></a:r></a:p></xdr:txBody></xdr:sp>"
        b"</xdr:absoluteAnchor></"
    )
    before, _, end = drawing.rpartition(b"</")
    return with_part(buffer.getvalue(), "xl/drawings/drawing1.xml", before + box + end)
