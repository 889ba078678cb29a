"""A fast reader for sheets that programs generate: one regular expression for each row template.

A row's template is its markup without the values. A generated sheet has few of them, and a regular
expression made of each matches a whole row. Anything else, such as a formula, a merged cell or a
hidden row, raises NotPlain, and the sheet is read by calamine.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import unescape

from mara.extraction import limits
from mara.extraction.number_format import Formatter, number_text
from mara.extraction.tables import Numbered
from mara.extraction.xlsx_split import TOP_ROWS
from mara.extraction.xlsx_styles import formatters_of

Shown = Callable[[str], str]
"""Formats a number that is given as text."""
FORMATTED_MAX = 4096
TEMPLATES_MAX = 16
"""With more templates, trying them takes longer than calamine."""

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
_MARKED = re.compile("mergeCell |hyperlink ")
_SHARED_STRING = re.compile(rf"<si>{_STRING}</si>")


class NotPlain(Exception):
    """The sheet contains markup that this reader does not support."""


@dataclass(frozen=True, slots=True)
class Template:
    """A row template: the pattern, and how to interpret its groups."""

    pattern: re.Pattern[str]
    """Its groups are the row number and the values."""
    columns: Sequence[int]
    """The column of each value, from 0."""
    numbers: Sequence[tuple[int, Shown]]
    """Indexes of the values that are numbers, and how they are shown."""
    shared: Sequence[int]
    """Indexes of the values that are indexes into the shared strings."""


@dataclass(slots=True)
class Workbook:
    """Parts of a workbook that its sheets share."""

    archive: zipfile.ZipFile

    def strings(self) -> list[str]:
        """The shared strings. Raises NotPlain for rich text."""
        part = self._part("xl/sharedStrings.xml")
        body = part[part.find("<si>") : part.rfind("</sst>")]
        strings = _SHARED_STRING.findall(body)
        if body.count("<") != len(strings) * 4:
            raise NotPlain  # it contains other elements
        _refuse_rare(body)
        return _unescaped(strings)

    def formats(self) -> list[Shown]:
        """How each style shows the text of a number. Raises NotPlain."""
        if b"date1904=" in self.archive.read("xl/workbook.xml"):
            raise NotPlain  # days are counted from another date
        return [
            _number if shown is None else _formatted(shown) for shown in formatters_of(self.archive)
        ]

    def _part(self, name: str) -> str:
        try:
            return self.archive.read(name).decode()
        except KeyError as error:
            raise NotPlain from error


def plain_rows(part: bytes, workbook: Workbook) -> Iterator[Numbered]:
    """Rows with content, with their numbers. Raises NotPlain, while iterating too."""
    text = part.decode()
    begin, end = text.find(_BEGIN), text.rfind(_END)
    if begin < 0 or end < 0 or "hidden=" in text[:begin] or _MARKED.search(text, end):
        raise NotPlain
    return _checked(_read(text[begin + len(_BEGIN) : end], workbook))


def _checked(rows: Iterator[Numbered]) -> Iterator[Numbered]:
    """Require consecutive rows at the top, where calamine's start of the sheet is ambiguous."""
    first = 0
    for index, (number, row) in enumerate(rows):
        first = first or number
        if (index < TOP_ROWS and number != first + index) or not (index or any(row)):
            raise NotPlain
        yield number, row


def _read(body: str, workbook: Workbook) -> Iterator[Numbered]:
    formats, strings = workbook.formats(), None
    is_escaped = "&" in body
    _refuse_rare(body)
    templates: list[Template] = []
    at = 0
    while at < len(body):
        for template in templates:
            if match := template.pattern.match(body, at):
                break
        else:
            template = _template_at(body, at, formats)
            match = template.pattern.match(body, at)
            templates.insert(0, template)
            if match is None or len(templates) > TEMPLATES_MAX:
                raise NotPlain
        at = match.end()
        number, *values = match.groups()
        if is_escaped:
            values = _unescaped(values)
        for index, shown in template.numbers:
            values[index] = shown(values[index])
        for index in template.shared:
            strings = workbook.strings() if strings is None else strings
            values[index] = strings[int(values[index])]
        yield int(number), _row(values, template.columns)


def _row(values: list[str], columns: Sequence[int]) -> list[str]:
    if not columns or columns[-1] == len(columns) - 1:
        return [value.strip() for value in values]
    row = [""] * (columns[-1] + 1)
    for column, value in zip(columns, values, strict=True):
        row[column] = value.strip()
    return row


def _template_at(body: str, at: int, formats: Sequence[Shown]) -> Template:
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
            raise NotPlain  # its reference names another row
        if value in {"/>", "></c>"}:
            pattern.append(begin + value)
            continue
        if value.startswith("><is>") and kind == "inlineStr":
            pattern.append(rf"{begin}><is>{_STRING}</is></c>")
        elif kind == "s":
            shared.append(len(columns))
            pattern.append(rf"{begin}><v>([0-9]+)</v></c>")
        elif kind in {None, "n"}:
            if int(style or 0) >= len(formats):
                raise NotPlain
            numbers.append((len(columns), formats[int(style or 0)]))
            pattern.append(rf"{begin}><v>{_NUMBER}</v></c>")
        else:
            raise NotPlain
        columns.append(column)
    pattern.append(_ROW_END)
    return Template(re.compile("".join(pattern)), columns, numbers, shared)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _number(text: str) -> str:
    """The shortest decimal form of the same number."""
    if text.isdigit() and text[0] != "0" and len(text) < 16:  # noqa: PLR2004 - exact in a float
        return text
    return number_text(float(text))


def _formatted(shown: Formatter) -> Shown:
    """Dates and amounts repeat in a column: each is formatted once."""
    return lru_cache(FORMATTED_MAX)(lambda text: shown(float(text)))


def _refuse_rare(text: str) -> None:
    """Raises NotPlain for numeric character references and ``_x`` escapes."""
    # A search for one byte is much faster than for two.
    if "\r" in text or ("&" in text and "&#" in text) or ("_" in text and "_x" in text):
        raise NotPlain


def _unescaped(strings: list[str]) -> list[str]:
    return [
        unescape(text, {"&quot;": '"', "&apos;": "'"}) if "&" in text else text for text in strings
    ]
