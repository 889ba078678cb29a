"""Large sheets, which are read in pieces and by shapes: every row as if it were read alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mara.extraction.extractor import ChildProcessExtractor
from mara.extraction.model import Block, Format, Place
from mara.extraction.xlsx import PARALLEL_FROM
from tests.support.sheets import (
    DATE_STYLE,
    HEADER,
    a_row,
    a_workbook,
    inline,
    number,
    shared,
    usual_cells,
    usual_text,
)

ROWS = 6000
"""Enough that the sheet is read in two pieces."""
ODD_ONES = (7, 2000, ROWS)
"""Among the first rows, in the first piece and in the last row."""

Read = Callable[[bytes], list[Block]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def run(content: bytes) -> list[Block]:
        path = tmp_path / "large.xlsx"
        path.write_bytes(content)
        return list(ChildProcessExtractor().extract(path, Format.XLSX).blocks)

    return run


def a_header() -> str:
    return a_row(1, [inline(name) for name in HEADER])


def a_block(row: int, text: str, name: str) -> Block:
    return Block(text, Place(sheet="Plan", row=row, headings=(name,)))


def usual_block(row: int) -> Block:
    return a_block(row, usual_text(row), f"Alert{row}")


LAST = Block("one\nrow", Place(sheet="Notes", row=1, headings=("one",)))

CELLS = {
    "a number": (number("7.50"), "7.5"),
    "a whole number": (number("7.0"), "7"),
    "a number with zeros before it": (number("007"), "7"),
    "less than nothing": (number("-3.25"), "-3.25"),
    "nothing less": (number("-0"), "0"),
    "a tiny number": (number("1E-7"), "1e-07"),
    "a huge number": (number("12345678901234567890"), "1.2345678901234567e+19"),
    "a date": (f'<c r="{{ref}}" s="{DATE_STYLE}"><v>45000</v></c>', "2023-03-15"),
    "a share in its format": ('<c r="{ref}" s="2"><v>0.075</v></c>', "7.5%"),
    "a number with its zeros": ('<c r="{ref}" s="3"><v>123</v></c>', "00123"),
    "a formula without a value": ('<c r="{ref}"><f>1+1</f></c>', "[not computed: =1+1]"),
    "an error": ('<c r="{ref}" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
    "a truth": ('<c r="{ref}" t="b"><v>1</v></c>', "True"),
    "a formula": ('<c r="{ref}"><f>1+1</f><v>2</v></c>', "2"),
    "a formula of text": ('<c r="{ref}" t="str"><f>"a"</f><v>a</v></c>', "a"),
    "a sign of XML": (inline("a &lt; b &amp;amp; &quot;c&quot;"), 'a < b &amp; "c"'),
    "a letter by its number": (inline("caf&#233;"), "café"),
    "Russian": (inline("Перезапустите сервис"), "Перезапустите сервис"),
    "a letter beyond the basic plane": (inline("😀"), "😀"),
    "percent signs": (inline("100%s %d"), "100%s %d"),
    "two lines": (inline("one\ntwo"), "one\ntwo"),
    "spaces around": (
        '<c r="{ref}" t="inlineStr"><is><t xml:space="preserve"> a </t></is></c>',
        "a",
    ),
    "rich text": (
        '<c r="{ref}" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c>',
        "rich",
    ),
    "a shared string": (shared(1), "the second"),
    "a rich shared string": (shared(2), "the third"),
    "what looks like a row": (inline("&lt;row r=&quot;9&quot;&gt;"), '<row r="9">'),
}
STRINGS = [
    "<si><t>the first</t></si>",
    "<si><t>the second</t></si>",
    '<si><r><t xml:space="preserve">the </t></r><r><t>third</t></r></si>',
]


class TestRows:
    @pytest.mark.parametrize("name", CELLS)
    def test_are_read_with(self, name: str, read: Read) -> None:
        cell, text = CELLS[name]
        rows, expected = [a_header()], []
        for row in range(2, ROWS + 1):
            if row in ODD_ONES:
                rows.append(a_row(row, [inline(f"Odd{row}"), inline("low"), cell, number(row)]))
                odd = f"Alert: Odd{row}\nSeverity: low\nAction: {text}\nMinutes: {row}"
                expected.append(a_block(row, odd, f"Odd{row}"))
            else:
                rows.append(a_row(row, usual_cells(row)))
                expected.append(usual_block(row))
        assert sum(map(len, rows)) > PARALLEL_FROM
        assert read(a_workbook(rows, strings=STRINGS)) == [*expected, LAST]

    def test_are_read_with_all_strings_shared(self, read: Read) -> None:
        strings = [f"<si><t>{name}</t></si>" for name in HEADER]
        rows = [a_row(1, [shared(index) for index in range(len(HEADER))])]
        for row in range(2, ROWS * 3):
            strings.append(f"<si><t>Name &amp; {row}</t></si>")
            at = len(strings) - 1
            rows.append(a_row(row, [shared(at), shared(at), shared(at), number(row)]))
        found = read(a_workbook(rows, strings=strings))
        name = "Name & {0}"
        full = "Alert: Name & {0}\nSeverity: Name & {0}\nAction: Name & {0}\nMinutes: {0}"
        assert found == [
            *(a_block(row, full.format(row), name.format(row)) for row in range(2, ROWS * 3)),
            LAST,
        ]

    def test_are_read_with_cells_missing_here_and_there(self, read: Read) -> None:
        rows, expected = [a_header()], []
        for row in range(2, ROWS + 1):
            cells, lines = usual_cells(row), usual_text(row).split("\n")
            for column in (1, 2, 3):
                if row >> column & 1:
                    cells[column], lines[column] = "", ""
            rows.append(a_row(row, cells))
            text = "\n".join(filter(None, lines))
            alone = text.count("\n") == 0
            headings = () if alone else (f"Alert{row}",)
            expected.append(Block(text, Place(sheet="Plan", row=row, headings=headings)))
        long = [*rows, *(a_row(row, usual_cells(row)) for row in range(ROWS + 1, ROWS * 2))]
        more = [usual_block(row) for row in range(ROWS + 1, ROWS * 2)]
        assert read(a_workbook(long)) == [*expected, *more, LAST]


class TestSheets:
    USUAL = tuple(a_row(row, usual_cells(row)) for row in range(2, ROWS + 1))

    def test_begin_where_their_first_cell_is(self, read: Read) -> None:
        rows = [f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(1, 30)]
        rows.append(a_row(30, [inline(name) for name in HEADER]))
        rows += [a_row(row, usual_cells(row)) for row in range(31, ROWS)]
        assert read(a_workbook(rows)) == [*map(usual_block, range(31, ROWS)), LAST]

    def test_keep_their_numbers_over_gaps(self, read: Read) -> None:
        numbers = [*range(2, 5), *range(8, 3000), *range(5000, 9000)]
        rows = [a_header(), *(a_row(row, usual_cells(row)) for row in numbers)]
        assert read(a_workbook(rows)) == [*map(usual_block, numbers), LAST]

    def test_count_rows_without_numbers(self, read: Read) -> None:
        rows = [a_header(), *self.USUAL]
        bare = [row.replace(f'<row r="{n}">', "<row >", 1) for n, row in enumerate(rows, 1)]
        assert read(a_workbook(bare)) == [*map(usual_block, range(2, ROWS + 1)), LAST]

    def test_are_put_in_order(self, read: Read) -> None:
        rows = [a_header(), *reversed(self.USUAL)]
        assert read(a_workbook(rows)) == [*map(usual_block, range(2, ROWS + 1)), LAST]

    def test_show_no_hidden_row(self, read: Read) -> None:
        hidden = {3, 2500, ROWS}
        rows = [
            a_row(row, usual_cells(row), ' hidden="1"' if row in hidden else "")
            for row in range(2, ROWS + 1)
        ]
        seen = [usual_block(row) for row in range(2, ROWS + 1) if row not in hidden]
        assert read(a_workbook([a_header(), *rows])) == [*seen, LAST]

    def test_show_no_hidden_column(self, read: Read) -> None:
        columns = '<cols><col min="2" max="2" hidden="1"/></cols>'
        found = read(a_workbook([a_header(), *self.USUAL], columns=columns))
        assert len(found) == ROWS
        assert all("Severity" not in block.text for block in found)

    def test_repeat_merged_cells(self, read: Read) -> None:
        rows = [a_header(), *self.USUAL]
        for row in (3001, 3002):
            cells = ["", *usual_cells(row)[1:]]
            rows[row - 1] = a_row(row, cells)
        merges = '<mergeCells count="1"><mergeCell ref="A3000:A3002"/></mergeCells>'
        found = read(a_workbook(rows, after=merges))
        first = usual_text(3000).split("\n")[0]
        assert [block.text.split("\n")[0] for block in found[2997:3002]] == [
            usual_text(2999).split("\n")[0],
            *[first] * 3,
            usual_text(3003).split("\n")[0],
        ]

    def test_begin_a_table_below_an_empty_row(self, read: Read) -> None:
        rows = [a_header(), *self.USUAL]
        begin = ROWS + 2
        names = [inline(name) for name in ("Room", "Floor", "Owner", "Key")]
        rows.append(a_row(begin, names))
        rows += [
            a_row(row, [inline(f"R-{row}"), number(3), inline("Anna"), inline(f"K-{row}")])
            for row in range(begin + 1, begin + ROWS)
        ]
        found = read(a_workbook(rows))
        assert found[ROWS - 2] == usual_block(ROWS)
        last = begin + ROWS - 1
        text = f"Room: R-{last}\nFloor: 3\nOwner: Anna\nKey: K-{last}"
        assert found[-2] == a_block(last, text, f"R-{last}")

    def test_are_not_read_when_hidden(self, read: Read) -> None:
        assert read(a_workbook([a_header(), *self.USUAL], state="hidden")) == [LAST]

    def test_are_not_misled_by_a_comment(self, read: Read) -> None:
        middle = len(self.USUAL) // 2
        comment = f"<!-- {a_row(3, usual_cells(3))} -->"
        rows = [a_header(), *self.USUAL[:middle], comment, *self.USUAL[middle:]]
        assert read(a_workbook(rows)) == [*map(usual_block, range(2, ROWS + 1)), LAST]

    def test_of_one_column_have_no_header(self, read: Read) -> None:
        lines = [f"line {n} " + "of many words " * 20 for n in range(1, ROWS)]
        rows = [a_row(n, [inline(line)]) for n, line in enumerate(lines, 1)]
        found = read(a_workbook(rows))
        assert [block.text for block in found[:-1]] == [line.strip() for line in lines]
        assert all(block.place.headings == () for block in found[:-1])
