"""Ordinary office papers that hold one of everything: what is to be read, and what is not."""

import io
import re
import zipfile
from typing import Any

from tests.support.files import with_part

A_MARKDOWN = """---
title: draft
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
    def draw(canvas: Any) -> None:
        canvas.textAnnotation("an instruction in a comment", [10, 10, 50, 50])
        canvas.acroForm.textfield(name="f", value="an instruction in a field", x=9, y=9)

    return _pdf(["What everybody sees."], draw)


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
