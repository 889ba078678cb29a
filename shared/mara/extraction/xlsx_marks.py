"""Facts of cells that calamine does not report: formats, formulas without values, merges, links."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate

from mara.extraction.number_format import Formatter
from mara.extraction.xlsx_structure import number_of

MERGES_MAX = 10_000
"""Of one sheet; files with more were never met."""

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 1."""


@dataclass(slots=True)
class Marks:
    """Facts of the cells of a sheet; rows and columns count from 1."""

    formats: dict[int, tuple[tuple[int, Formatter], ...]] = field(default_factory=dict)
    """For each row the columns whose numbers have a format."""
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    """Formulas without a value."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """What a cell shows whose formula has failed, such as ``#N/A``."""
    merges: list[Area] = field(default_factory=list)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    """Addresses on other sites."""


def marks_of(
    part: IO[bytes], formatters: Sequence[Formatter | None], addresses: Mapping[str, str]
) -> Marks:
    """Scan the XML of a sheet; ``addresses`` are those of its relations by id."""
    scan = _Scan(formatters, addresses)
    try:
        scan.parser.ParseFile(part)
    except ExpatError:
        # calamine reads what is not well-formed, too: the rest is shown without its formats.
        return scan.marks
    return scan.marks


class _Scan:
    def __init__(
        self, formatters: Sequence[Formatter | None], addresses: Mapping[str, str]
    ) -> None:
        self.marks = Marks()
        self.parser = ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._addresses = addresses
        self._formatters = dict(enumerate(formatters))
        self._alike: dict[object, tuple[tuple[int, Formatter], ...]] = {}
        self._row = self._column = 0
        self._formatted: list[tuple[int, Formatter]] = []
        self._formula: list[str] | None = None
        self._has_value = self._is_error = False

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self._formula = []
            self.parser.CharacterDataHandler = self._formula.append
        elif name == "v":
            self.parser.CharacterDataHandler = self._value
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column, self._formatted = 0, []
        elif name == "mergeCell" and len(self.marks.merges) < MERGES_MAX:
            self.marks.merges.append(_area(attributes.get("ref", "")))
        elif name == "hyperlink":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            row, column, *_ = _area(attributes.get("ref", ""))
            if address := self._addresses.get(relation):
                self.marks.links[row, column] = address

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column_of(place) if place else self._column + 1
        self._formula, self._has_value = None, False
        self._is_error = attributes.get("t") == "e"
        if attributes.get("t", "n") == "n" and (style := attributes.get("s", "0")).isdecimal():
            formatter = self._formatters.get(int(style))
            if formatter is not None:
                self._formatted.append((self._column, formatter))

    def _value(self, text: str) -> None:
        self._has_value = self._has_value or bool(text.strip())
        if self._is_error:
            place = self._row, self._column
            self.marks.errors[place] = self.marks.errors.get(place, "") + text.strip()

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in {"f", "v"}:
            self.parser.CharacterDataHandler = None
        elif name == "c":
            if self._formula is not None and not self._has_value:
                self.marks.uncomputed[self._row, self._column] = "".join(self._formula)
        elif name == "row" and self._formatted:
            # Most rows are alike: they share one tuple.
            found = tuple(self._formatted)
            self.marks.formats[self._row] = self._alike.setdefault(found, found)


def _column_of(place: str) -> int:
    return number_of(place.rstrip("0123456789$").encode())


def _area(reference: str) -> Area:
    first, _, last = reference.replace("$", "").partition(":")
    (row, column), (row_end, column_end) = (_cell(place) for place in (first, last or first))
    return row, column, row_end, column_end


def _cell(place: str) -> tuple[int, int]:
    letters = place.rstrip("0123456789")
    digits = place[len(letters) :]
    return int(digits[:9] or 0), number_of(letters[:9].encode())
