"""Files made by tests: ordinary ones, and hostile ones."""

import io
import zipfile
import zlib
from collections.abc import Sequence


def a_pdf(*pages: str, password: str | None = None) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    encryption = StandardEncryption(password) if password else None
    canvas = Canvas(buffer, encrypt=encryption)
    for text in pages:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(72, 760, f"About {text.split()[0]}")
        canvas.setFont("Helvetica", 10)
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def a_pdf_with_hidden_text() -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 700, "What everybody sees.")
    canvas.drawString(9000, 700, "offpage instruction")
    invisible = canvas.beginText(72, 650)
    invisible.setTextRenderMode(3)
    invisible.textLine("invisible instruction")
    canvas.drawText(invisible)
    canvas.setFont("Helvetica", 0.3)
    canvas.drawString(72, 600, "tiny instruction")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def a_picture_pdf() -> bytes:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    pixel = io.BytesIO(b"P6 2 2 255 " + bytes(12))
    canvas.drawImage(ImageReader(pixel), 0, 0, 500, 500)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def a_docx() -> bytes:
    from docx import Document

    document = Document()
    document.add_heading("Runbook", 1)
    document.add_paragraph("Prune the backups.")
    document.add_paragraph("first", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for row, texts in zip(table.rows, [("Alert", "Action"), ("Disk", "Prune")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    hidden = document.add_paragraph("seen ").add_run("hidden instruction")
    hidden.font.hidden = True
    return _saved(document)


def an_xlsx(rows: Sequence[Sequence[object]], cell: str | None = None) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    for row in rows:
        workbook.active.append(list(row))
    if cell:
        workbook.active[cell] = "far away"
    hidden = workbook.create_sheet("Hidden")
    hidden.append(["hidden", "instruction"])
    hidden.sheet_state = "hidden"
    return _saved(workbook)


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def with_part(archive: bytes, name: str, content: bytes) -> bytes:
    """An office file with one part replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
        target.writestr(name, content)
    return buffer.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">
<!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><w:document>&c;</w:document>"""


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalog."""
    out = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF"
    return out + trailer % (len(objects) + 1, start)


def a_pdf_of_nested_forms(depth: int = 30) -> bytes:
    """Each form draws the next one twice: 2 to the power of ``depth`` drawings."""
    forms = []
    first = 5
    for level in range(depth):
        following = first + level + 1
        body = b"/N Do /N Do" if level < depth - 1 else b"BT /F 9 Tf (x) Tj ET"
        resources = (
            b"<< /XObject << /N %d 0 R >> >>" % following
            if level < depth - 1
            else b"<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        )
        forms.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources %s /Length %d >>\n"
            b"stream\n%s\nendstream" % (resources, len(body), body)
        )
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
        b" /Resources << /XObject << /N 5 0 R >> >> >>"
    )
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        b"<< /Length 5 >>\nstream\n/N Do\nendstream",
        *forms,
    )


def a_pdf_with_a_huge_stream(megabytes: int = 1024) -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(b"(x) Tj " * 149_797) for _ in range(megabytes)]
    stream = b"".join(parts) + packer.flush()
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    )


def a_pdf_whose_pages_are_their_own_parents() -> bytes:
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000 >>",
    )
