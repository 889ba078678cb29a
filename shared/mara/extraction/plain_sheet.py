"""Sheets as programs write them by the thousand rows: read by the shape that their rows share.

A row's shape is its markup without the values. There are few in a sheet that a program wrote, and
an expression for each takes a row at once. Whatever is not exactly of the shapes known here, such
as a date, a formula or a hidden row, raises NotPlain, and is left to the reader of all sheets.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from mara.extraction import limits
from mara.extraction.tables import HEADER_CANDIDATES, Numbered

SHAPES_MAX = 16
"""More take longer to try than what they save."""

_PLAIN_FORMATS = frozenset({"0", "1", "2", "3", "4", "9", "10", "11", "37", "38", "39", "40", "49"})
"""Of numbers that are neither dates nor times (ECMA-376, part 1, 18.8.30)."""

_STRING = r"<t(?: xml:space=\"preserve\")?>([^<]*)</t>"
_ROW = r"<row r=\"(\d{1,7})\"(?: (?!hidden=)[\w:]+=\"[^\"<]*\")*>"
_ROW_BEGIN = re.compile(_ROW)
_CELL = re.compile(
    r"<c r=\"([A-Z]{1,2})\d+\"(?: s=\"(\d+)\")?(?: t=\"(n|s|inlineStr)\")?"
    rf"(/>|></c>|><v>[^<]*</v></c>|><is>{_STRING}</is></c>)"
)
_ROW_END = "</row>"
_BEGIN, _END = "<sheetData>", "</sheetData>"
_NUMBER = r"([0-9][0-9.]*|[0-9.eE+-]+)"
_SHARED_STRING = re.compile(rf"<si>{_STRING}</si>")
_FORMAT = re.compile(r"<xf [^>]*?\bnumFmtId=\"(\d+)\"")


class NotPlain(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Shape:
    pattern: re.Pattern[str]
    """Gives the number of the row and its values."""
    columns: Sequence[int]
    """Of the values, counted from 0."""
    numbers: Sequence[int]
    """Which of the values are numbers."""
    shared: Sequence[int]
    """Which are places in the list of strings that sheets share."""


@dataclass(slots=True)
class Workbook:
    """What the sheets of a workbook share."""

    archive: zipfile.ZipFile

    def strings(self) -> list[str]:
        part = self._part("xl/sharedStrings.xml")
        body = part[part.find("<si>") : part.rfind("</sst>")]
        strings = _SHARED_STRING.findall(body)
        if body.count("<") != len(strings) * 4:
            raise NotPlain  # something else stands in it
        _refuse_rare(body)
        return _unescaped(strings)

    def formats(self) -> list[str]:
        """Of the numbers of each style."""
        part = self._part("xl/styles.xml")
        _, _, rest = part.partition("<cellXfs")
        body, _, _ = rest.partition("</cellXfs>")
        formats = _FORMAT.findall(body)
        if len(formats) != body.count("<xf "):
            raise NotPlain
        return formats

    def _part(self, name: str) -> str:
        try:
            return self.archive.read(name).decode()
        except KeyError as error:
            raise NotPlain from error


def plain_rows(part: bytes, workbook: Workbook) -> Iterator[Numbered]:
    """The rows that hold something, and their numbers. Raises NotPlain, at any row."""
    text = part.decode()
    begin, end = text.find(_BEGIN), text.rfind(_END)
    if begin < 0 or end < 0 or "hidden=" in text[:begin]:
        raise NotPlain
    return _checked(_read(text[begin + len(_BEGIN) : end], workbook))


def _checked(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    """The first rows are to follow one another, or it would be open where the sheet begins."""
    first = 0
    for index, (number, row) in enumerate(rows):
        first = first or number
        if (index < HEADER_CANDIDATES and number != first + index) or not (index or any(row)):
            raise NotPlain
        yield number, row


def _read(body: str, workbook: Workbook) -> Iterator[Numbered]:
    formats, strings = workbook.formats(), None
    is_escaped = "&" in body
    _refuse_rare(body)
    shapes: list[Shape] = []
    at = 0
    while at < len(body):
        for shape in shapes:
            if match := shape.pattern.match(body, at):
                break
        else:
            shape = _shape_at(body, at, formats)
            match = shape.pattern.match(body, at)
            shapes.insert(0, shape)
            if match is None or len(shapes) > SHAPES_MAX:
                raise NotPlain
        at = match.end()
        number, *values = match.groups()
        if is_escaped:
            values = _unescaped(values)
        for index in shape.numbers:
            values[index] = _number(values[index])
        for index in shape.shared:
            strings = workbook.strings() if strings is None else strings
            values[index] = strings[int(values[index])]
        yield int(number), _row(values, shape.columns)


def _row(values: list[str], columns: Sequence[int]) -> list[str]:
    if not columns or columns[-1] == len(columns) - 1:
        return [value.strip() for value in values]
    row = [""] * (columns[-1] + 1)
    for column, value in zip(columns, values, strict=True):
        row[column] = value.strip()
    return row


def _shape_at(body: str, at: int, formats: Sequence[str]) -> Shape:
    row = _ROW_BEGIN.match(body, at)
    if not row:
        raise NotPlain
    at = row.end()
    pattern, last = [_ROW], -1
    columns: list[int] = []
    numbers, shared = [], []
    while cell := _CELL.match(body, at):
        at = cell.end()
        letters, style, kind, value = cell[1], cell[2], cell[3], cell[4]
        column = _column(letters)
        if not last < column < limits.COLUMNS_USUAL:
            raise NotPlain
        last = column
        begin = body[cell.start() : cell.start(4)]
        begin = begin.replace(f'"{letters}{row[1]}"', rf'"{letters}\1"', 1)
        if r"\1" not in begin:
            raise NotPlain  # it belongs into another row
        if value in {"/>", "></c>"}:
            pattern.append(begin + value)
            continue
        if value.startswith("><is>") and kind == "inlineStr":
            pattern.append(rf"{begin}><is>{_STRING}</is></c>")
        elif kind == "s":
            shared.append(len(columns))
            pattern.append(rf"{begin}><v>([0-9]+)</v></c>")
        elif kind in {None, "n"} and formats[int(style or 0)] in _PLAIN_FORMATS:
            numbers.append(len(columns))
            pattern.append(rf"{begin}><v>{_NUMBER}</v></c>")
        else:
            raise NotPlain
        columns.append(column)
    pattern.append(_ROW_END)
    return Shape(re.compile("".join(pattern)), columns, numbers, shared)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _number(text: str) -> str:
    """As the shortest number that is the same."""
    if text.isdigit() and text[0] != "0" and len(text) < 16:  # noqa: PLR2004 - what floats hold
        return text
    return number_text(float(text))


def number_text(number: float) -> str:
    """3 rather than 3.0."""
    return repr(number + 0.0).removesuffix(".0")


def _refuse_rare(text: str) -> None:
    """What is written as a code. Raises NotPlain."""
    # One letter is found at once, two are not.
    if "\r" in text or ("&" in text and "&#" in text) or ("_" in text and "_x" in text):
        raise NotPlain


def _unescaped(strings: list[str]) -> list[str]:
    return [
        unescape(text, {"&quot;": '"', "&apos;": "'"}) if "&" in text else text for text in strings
    ]
