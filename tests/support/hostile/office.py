"""Hostile Word documents and workbooks."""

import io
import struct
import zipfile

from mara.extraction.model import Format
from tests.support import files
from tests.support.hostile.case import Case, ended, ready, refused

DOCX, XLSX = Format.DOCX, Format.XLSX
BODY = "word/document.xml"
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SEEN = b"<w:p><w:r><w:t>Seen by everybody</w:t></w:r></w:p>"
ROWS: list[list[object]] = [["Alert", "Action"], ["DiskFull", "Prune"], ["Slow", 3.0]]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def docx_of(body: bytes) -> bytes:
    """A Word document with this between the tags of its body."""
    content = b"<w:document %s><w:body>%s</w:body></w:document>" % (NAMESPACE, body)
    return files.with_part(files.a_docx(), BODY, content)


def xlsx_of(rows: bytes, before: bytes = b"") -> bytes:
    """A workbook with these rows in its first sheet, as XML."""
    content = b"<worksheet %s>%s<sheetData>%s</sheetData></worksheet>" % (MAIN, before, rows)
    return files.with_part(files.an_xlsx(ROWS), SHEET, content)


def _cell(reference: str, text: bytes = b"far") -> bytes:
    return b'<c r="%s" t="inlineStr"><is><t>%s</t></is></c>' % (reference.encode(), text)


def _whose_directory_lies(archive: bytes) -> bytes:
    """Every part is declared to be ten bytes long."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        count = len(source.infolist())
    lying, position = bytearray(archive), 0
    for _ in range(count):
        position = lying.index(b"PK\x01\x02", position)
        lying[position + 24 : position + 28] = struct.pack("<I", 10)
        position += 4
    return bytes(lying)


def _of_many_parts() -> bytes:
    buffer = io.BytesIO(files.a_docx())
    with zipfile.ZipFile(buffer, "a") as archive:
        for number in range(6000):
            archive.writestr(f"word/media/{number}.bin", b"")
    return buffer.getvalue()


def _with_entities(encoding: str, before: str = "") -> bytes:
    text = files.ENTITIES.decode().replace("?>", f"?>{before}")
    return files.with_part(files.a_docx(), BODY, text.encode(encoding))


def _rows(count: int) -> bytes:
    return b"".join(b"<row r='%d'>%s</row>" % (n, _cell(f"A{n}")) for n in range(1, count + 1))


CASES: dict[str, Case] = {
    "docx: nothing": refused(DOCX, lambda: b"PK", "corrupt"),
    "docx: an archive of nothing": refused(DOCX, lambda: b"PK\x05\x06" + bytes(18), "corrupt"),
    "docx: no paragraph": refused(DOCX, lambda: docx_of(b""), "no_text"),
    "docx: a password": refused(DOCX, lambda: OLE + bytes(9000), "encrypted"),
    "docx: an xlsx by another name": refused(DOCX, lambda: files.an_xlsx(ROWS), "corrupt"),
    "docx: a pdf by another name": refused(DOCX, lambda: files.a_pdf("x"), "corrupt"),
    "docx: cut at its beginning": refused(DOCX, lambda: files.a_docx()[:200], "corrupt"),
    "docx: cut in the middle": refused(
        DOCX, lambda: (w := files.a_docx())[: len(w) // 2], "corrupt"
    ),
    "docx: cut at its end": refused(DOCX, lambda: files.a_docx()[:-30], "corrupt"),
    "docx: XML that ends too early": refused(DOCX, lambda: docx_of(SEEN + b"<w:p>"), "corrupt"),
    "docx: a zip bomb": refused(
        DOCX,
        lambda: files.with_part(files.a_docx(), BODY, b"<a>" + b" " * 300_000_000),
        "too_large",
    ),
    "docx: sizes that lie": ended(DOCX, lambda: _whose_directory_lies(files.a_docx())),
    "docx: six thousand parts": refused(DOCX, _of_many_parts, "too_large"),
    "docx: entities in entities": refused(DOCX, lambda: _with_entities("utf-8"), "corrupt"),
    "docx: entities in UTF-16": refused(DOCX, lambda: _with_entities("utf-16"), "corrupt"),
    "docx: entities far behind its head": refused(
        DOCX, lambda: _with_entities("utf-8", f"<!--{'x' * 200_000}-->"), "corrupt", "no_text"
    ),
    "docx: ten thousand tables in tables": refused(
        DOCX,
        lambda: docx_of(b"<w:tbl><w:tr><w:tc>" * 10_000 + b"</w:tc></w:tr></w:tbl>" * 10_000),
        "corrupt",
        "no_text",
        "too_large",
    ),
    "docx: content controls in content controls": ended(
        DOCX,
        lambda: docx_of(
            b"<w:sdt><w:sdtContent>" * 50_000 + SEEN + b"</w:sdtContent></w:sdt>" * 50_000
        ),
    ),
    "docx: a cell that covers a thousand million columns": ready(
        DOCX,
        lambda: docx_of(
            b"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='1000000000'/></w:tcPr>"
            + SEEN
            + b"</w:tc></w:tr></w:tbl>"
        ),
        "Seen by everybody",
    ),
    "docx: a paragraph of a million letters": ready(
        DOCX, lambda: docx_of(SEEN.replace(b"Seen", b"Seen " + b"word " * 200_000)), "everybody"
    ),
    "docx: styles that lean on each other": ready(
        DOCX,
        lambda: files.with_part(
            docx_of(SEEN.replace(b"<w:r>", b"<w:pPr><w:pStyle w:val='a'/></w:pPr><w:r>")),
            "word/styles.xml",
            b"<w:styles %s><w:style w:styleId='a'><w:basedOn w:val='b'/></w:style>"
            b"<w:style w:styleId='b'><w:basedOn w:val='a'/></w:style></w:styles>" % NAMESPACE,
        ),
        "Seen by everybody",
    ),
    "xlsx: no cell": refused(XLSX, lambda: xlsx_of(b""), "no_text"),
    "xlsx: a password": refused(XLSX, lambda: OLE + bytes(9000), "encrypted"),
    "xlsx: a docx by another name": refused(XLSX, files.a_docx, "corrupt"),
    "xlsx: cut at its beginning": refused(XLSX, lambda: files.an_xlsx(ROWS)[:300], "corrupt"),
    "xlsx: cut in the middle": refused(
        XLSX, lambda: (w := files.an_xlsx(ROWS))[: len(w) // 2], "corrupt"
    ),
    "xlsx: cut at its end": refused(XLSX, lambda: files.an_xlsx(ROWS)[:-30], "corrupt"),
    "xlsx: a zip bomb": refused(
        XLSX, lambda: xlsx_of(b"<row>" + b" " * 300_000_000 + b"</row>"), "too_large"
    ),
    "xlsx: sizes that lie": ended(XLSX, lambda: _whose_directory_lies(files.an_xlsx(ROWS))),
    "xlsx: a cell at the end of the world": refused(
        XLSX, lambda: files.an_xlsx(ROWS, cell="XFD1048576"), "too_large"
    ),
    "xlsx: a cell beyond the end of the world": refused(
        XLSX,
        lambda: xlsx_of(b"<row r='4294967295'>%s</row>" % _cell("ZZZZ4294967295")),
        "too_large",
        "corrupt",
    ),
    "xlsx: a far cell in other quotes": refused(
        XLSX,
        lambda: xlsx_of(
            b"<row r='1'><c r='A1'/></row><row r='1048576'>%s</row>"
            % _cell("XFD1048576").replace(b'r="XFD1048576"', b"r='XFD1048576'")
        ),
        "too_large",
    ),
    "xlsx: an extent that lies": refused(
        XLSX,
        lambda: xlsx_of(_rows(3), b'<dimension ref="A1:XFD1048576"/>'),
        "too_large",
    ),
    "xlsx: a row of every column": ready(
        XLSX,
        lambda: files.an_xlsx([["header"] * 16_384, ["needle", *[1] * 16_383]]),
        "needle",
    ),
    "xlsx: a cell of a million letters": ready(
        XLSX,
        lambda: xlsx_of(b"<row r='1'>%s</row>" % _cell("A1", b"needle " + b"word " * 200_000)),
        "needle",
    ),
    "xlsx: strings that are not there": ended(
        XLSX, lambda: xlsx_of(b'<row r="1"><c r="A1" t="s"><v>999999999</v></c></row>')
    ),
    "xlsx: strings declared by the thousand million": ended(
        XLSX,
        lambda: files.with_part(
            files.an_xlsx(ROWS),
            "xl/sharedStrings.xml",
            b'<sst %s count="4000000000" uniqueCount="4000000000"><si><t>a</t></si></sst>' % MAIN,
        ),
    ),
    "xlsx: a formula that calls a program": ready(
        XLSX, lambda: files.an_xlsx([["a", "b"], ["=cmd|' /C calc'!A0", "needle"]]), "needle"
    ),
    "xlsx: entities in entities": refused(
        XLSX, lambda: files.with_part(files.an_xlsx(ROWS), SHEET, files.ENTITIES), "corrupt"
    ),
}
