"""Workbooks with a large sheet, written as programs do: row after row of the same shape."""

import io
import zipfile
from collections.abc import Iterable, Sequence

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

HEADER = ["Alert", "Severity", "Action", "Minutes"]
DATE_STYLE = 1


def a_row(number: int, cells: Sequence[str], attributes: str = "") -> str:
    """``cells`` with ``{ref}`` where their place is to stand, from column A on."""
    placed = (cell.replace("{ref}", f"{chr(65 + i)}{number}") for i, cell in enumerate(cells))
    return f'<row r="{number}"{attributes}>{"".join(placed)}</row>'


def inline(text: str) -> str:
    return f'<c r="{{ref}}" t="inlineStr"><is><t>{text}</t></is></c>'


def shared(index: int) -> str:
    return f'<c r="{{ref}}" t="s"><v>{index}</v></c>'


def number(value: object) -> str:
    return f'<c r="{{ref}}"><v>{value}</v></c>'


def usual_cells(index: int) -> list[str]:
    return [
        inline(f"Alert{index}"),
        inline("critical"),
        inline("Prune the backups, grow the volume, then look again. " * 2),
        number(index),
    ]


def usual_text(index: int) -> str:
    action = ("Prune the backups, grow the volume, then look again. " * 2).strip()
    return f"Alert: Alert{index}\nSeverity: critical\nAction: {action}\nMinutes: {index}"


def a_workbook(
    rows: Iterable[str],
    *,
    columns: str = "",
    strings: Sequence[str] = (),
    state: str = "visible",
    after: str = "",
) -> bytes:
    """``rows``, ``strings`` and what is ``after`` the rows, as XML.

    A second sheet, which is small, is always shown.
    """
    made = io.BytesIO()
    large = f"{columns}<sheetData>{''.join(rows)}</sheetData>{after}"
    small = f"<sheetData>{a_row(1, [inline('one'), inline('row')])}</sheetData>"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {
            "[Content_Types].xml": _content_types(),
            "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": (
                f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
                f'<sheet name="Plan" sheetId="1" state="{state}" r:id="r0"/>'
                '<sheet name="Notes" sheetId="2" r:id="r1"/></sheets></workbook>'
            ),
            "xl/_rels/workbook.xml.rels": _relations(
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("styles", "styles.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ),
            "xl/styles.xml": (
                f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
                '<numFmt numFmtId="164" formatCode="0.0%"/>'
                '<numFmt numFmtId="165" formatCode="00000"/></numFmts>'
                '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
                '<xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>'
            ),
            "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(strings)}</sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{large}</worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{_MAIN}">{small}</worksheet>',
        }.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>\n' + content)
    return made.getvalue()


def _relations(*targets: tuple[str, str]) -> str:
    made = "".join(
        f'<Relationship Id="r{index}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for index, (kind, target) in enumerate(targets)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{made}</Relationships>'


def _content_types() -> str:
    spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return (
        f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{spreadsheet}.sheet.main+xml"/>'
        "</Types>"
    )
