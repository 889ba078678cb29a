"""Small sheets of plain rows are read by shapes, as large ones are, with the text of calamine."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from mara.extraction.model import Dropped
from mara.extraction.records import Record
from mara.extraction.xlsx import read_xlsx
from mara.extraction.xlsx_structure import SheetPart, sheets_of
from tests.support.sheets import (
    DATE_STYLE,
    HEADER,
    a_row,
    a_workbook,
    inline,
    number,
    usual_cells,
)

NOT_PLAIN = "<!-- a comment -->"
CELLS = {
    "text": inline(" Перезапустите 100% "),
    "a number": number("7.50"),
    "a date": f'<c r="{{ref}}" s="{DATE_STYLE}"><v>45000</v></c>',
    "an amount": '<c r="{ref}" s="2"><v>0.075</v></c>',
    "nothing": '<c r="{ref}"/>',
    "a formula": '<c r="{ref}"><f>1+1</f><v>2</v></c>',
}


def read(path: Path, content: bytes) -> tuple[int, list[Record], Dropped]:
    path.write_bytes(content)
    dropped = Dropped()
    sheets, records = read_xlsx(path, dropped)
    return sheets, list(records), dropped


def rows(cell: str) -> list[str]:
    header = a_row(1, [inline(name) for name in HEADER])
    return [header, *(a_row(n, [*usual_cells(n)[:3], cell]) for n in range(2, 40))]


@pytest.mark.parametrize("name", CELLS)
def test_are_read_as_by_calamine(name: str, tmp_path: Path) -> None:
    plain = rows(CELLS[name])
    assert read(tmp_path / "plain.xlsx", a_workbook(plain)) == read(
        tmp_path / "other.xlsx", a_workbook([*plain, NOT_PLAIN])
    )


def test_need_no_calamine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> CalamineWorkbook:
        raise AssertionError(path)

    monkeypatch.setattr("mara.extraction.xlsx.CalamineWorkbook.from_path", refuse)
    assert read(tmp_path / "plain.xlsx", a_workbook(rows(CELLS["a date"])))[0] == 2
    with pytest.raises(AssertionError):
        read(tmp_path / "other.xlsx", a_workbook(rows(CELLS["a formula"])))


def test_are_not_read_when_hidden(tmp_path: Path) -> None:
    sheets, records, _ = read(
        tmp_path / "plain.xlsx", a_workbook(rows(CELLS["a number"]), state="hidden")
    )
    assert sheets == 1
    assert b"Alert" not in b"".join(record for record, *_ in records)


@pytest.mark.parametrize("cells", ["a date", "text"])
def test_list_their_sheets_once(
    cells: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []

    def listing(archive: ZipFile) -> list[SheetPart]:
        listed.append(archive.filename)
        return sheets_of(archive)

    monkeypatch.setattr("mara.extraction.xlsx.sheets_of", listing)
    read(tmp_path / "plain.xlsx", a_workbook(rows(CELLS[cells])))
    assert len(listed) == 1
