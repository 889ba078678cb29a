"""Sheets read by the shapes of their rows: which are, and which are left to another reader."""

import io
import zipfile

import pytest

from mara.extraction.xlsx_fast import NotPlain, Workbook, plain_rows
from tests.support.sheets import DATE_STYLE, a_row, a_workbook, inline, number, shared

USUAL = [a_row(row, [inline(f"Alert{row}"), number(row)]) for row in range(1, 30)]
A_DATE = f'<c r="{{ref}}" s="{DATE_STYLE}"><v>45000</v></c>'
A_FORMULA = '<c r="{ref}"><f>1+1</f><v>2</v></c>'


def read(rows: list[str], columns: str = "", strings: tuple[str, ...] = ()) -> list[object]:
    content = a_workbook(rows, columns=columns, strings=strings)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read("xl/worksheets/sheet1.xml")
        return list(plain_rows(part, Workbook(archive)))


class TestPlainRows:
    def test_are_those_of_a_few_shapes(self) -> None:
        more = a_row(30, [shared(0), "", number(1.5)])
        found = read([*USUAL, more], strings=("<si><t>A &amp; B</t></si>",))
        usual = [(row, [f"Alert{row}", str(row)]) for row in range(1, 30)]
        assert found == [*usual, (30, ["A & B", "", "1.5"])]

    def test_show_dates_by_their_format(self) -> None:
        found = read([*USUAL, a_row(30, [A_DATE, inline("x")])])
        assert found[-1] == (30, ["2023-03-15", "x"])

    @pytest.mark.parametrize(
        "row",
        [
            a_row(30, [A_FORMULA]),
            a_row(30, [inline("a")], ' hidden="1"'),
            a_row(30, [inline("&#233;")]),
            a_row(30, [inline("_x0041_")]),
            a_row(30, [inline("a")]).replace("A30", "A31"),
            a_row(30, [inline("a"), inline("b")]).replace("A30", "C30"),
            a_row(30, [inline("a")]).replace("A30", "XFD30"),
            a_row(30, [inline("a")]).replace("<t>", "<t/><t>"),
            a_row(30, [inline("a")]) + "<other/>",
        ],
    )
    def test_are_none_of_a_sheet_with(self, row: str) -> None:
        with pytest.raises(NotPlain):
            read([*USUAL, row])

    def test_are_none_of_a_sheet_that_begins_in_an_uncertain_row(self) -> None:
        with pytest.raises(NotPlain):
            read([USUAL[0], *USUAL[2:]])

    def test_are_none_of_a_sheet_with_hidden_columns(self) -> None:
        with pytest.raises(NotPlain):
            read(USUAL, columns='<cols><col min="2" max="2" hidden="1"/></cols>')

    def test_are_none_of_a_sheet_whose_every_row_is_different(self) -> None:
        rows = [
            a_row(n, [inline("a") if n >> c & 1 else "" for c in range(5)]) for n in range(1, 32)
        ]
        with pytest.raises(NotPlain):
            read(rows)
