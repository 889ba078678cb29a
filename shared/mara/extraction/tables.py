"""Tables: one block for each row, with the names of its columns and its number."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest

from mara.extraction.cell_kinds import Kind, is_field, is_value, kind_of
from mara.extraction.model import Block, Place
from mara.extraction.table_header import FORM_COLUMNS, Layout, begins_table, layout_of

HEADER_CANDIDATES = 10
"""The header of a table is searched in this many rows at its top: titles may be above it."""

KEY_LENGTH_MAX = 80
"""A first cell up to this long is the heading of its row."""

WIDE_CELLS_MIN = 12
"""A row with more cells that is longer than PART_LENGTH_MAX is divided between its cells."""
PART_LENGTH_MAX = 450
"""Characters: a part is about as long as a passage that is searched."""

Numbered = tuple[int, Sequence[str]]
Row = tuple[str, int, tuple[str, ...]]
"""Its text, its number, and its heading, if any."""


@dataclass(slots=True)
class Tables:
    """What is known of the tables of a sheet beforehand, and what was found in it."""

    declared: bool = False
    """Whether the first row is the header because the file says so."""
    skipped_after: int = 0
    """After the row of this number rows are missing that another process reads."""
    seen: bool = False
    """Whether a row below the header was met."""
    begun: list[int] = field(default_factory=list)
    """Numbers of the rows at which tables begin."""
    repeated: int = 0
    """Rows that repeat the header, which are left out."""


def read_rows(
    rows: Iterable[Sequence[str]], *, sheet: str | None, first_row: int, declared: bool = False
) -> Iterator[Block]:
    """One block for each row of ``Name: cell`` lines; see ``layout_of`` for the header.

    ``declared`` says that the first row is the header.
    """
    for text, number, headings in shaped(enumerate(rows, first_row), Tables(declared)):
        yield Block(text, Place(sheet=sheet, row=number, headings=headings))


def shaped(rows: Iterable[Numbered], tables: Tables) -> Iterator[Row]:
    """As ``read_rows``, for numbered rows, without making blocks. Empty rows divide tables."""
    rest = iter(rows)
    ahead: list[Numbered] = []
    layout = Layout()
    while True:
        ahead += islice(rest, HEADER_CANDIDATES - len(ahead))
        while ahead and not any(ahead[0][1]) and not tables.declared:
            ahead = [*ahead[1:], *islice(rest, 1)]
        if not ahead:
            return
        size = _size_of_top(ahead, tables.skipped_after)
        top = ahead[:1] if tables.declared else []
        top += [numbered for numbered in ahead[len(top) : size] if any(numbered[1])]
        cells = [row for _, row in top]
        found = _declared(cells) if tables.declared else layout_of(cells)
        if tables.declared or begins_table(found, cells, layout):
            layout, tables.declared, tables.seen = found, False, False
            tables.begun.append(top[0][0])
            yield from map(_title, top[: found.begin])
            top = top[found.end :]
        queue = iter([*top, *ahead[size:]])
        after = yield from _body(layout, chain(queue, rest), tables)
        ahead = [*after, *queue]


def _size_of_top(ahead: Sequence[Numbered], skipped_after: int) -> int:
    """How many of the rows belong to the first table: all before an empty row below its header."""
    wide: list[Sequence[str]] = []
    last = ahead[0][0] - 1
    for at, (number, row) in enumerate(ahead):
        if number - last > 1 and last != skipped_after and len(wide) > 1:
            return at
        filled = [cell for cell in row if cell]
        if not filled:
            after = next((r for _, r in ahead[at:] if any(r)), ())
            if len(wide) > 1 or (wide and not _is_header_alone(wide[0], after)):
                return at
        elif len(filled) > 1:
            wide.append(filled)
        last = number
    return len(ahead)


def _is_header_alone(filled: Sequence[str], after: Sequence[str]) -> bool:
    """Whether a single row is the header of what is below the empty row after it."""
    is_named = all(kind_of(cell) is Kind.TEXT and not is_value(cell) for cell in filled)
    return is_named and sum(map(bool, after)) == len(filled)


def _declared(top: Sequence[Sequence[str]]) -> Layout:
    if len(top) == 1:
        return Layout()  # a table with one row has no header
    if not any(top[0]) and max(map(len, top)) == FORM_COLUMNS:
        return Layout(end=1, is_form=True)
    return Layout(top[0], end=1, header=top[0])


def _title(numbered: Numbered) -> Row:
    """A row above the table, such as its title, or "Department: Sales"."""
    number, row = numbered
    cells = [cell for cell in row if cell]
    if len(cells) == FORM_COLUMNS and is_field(cells[0]):
        return _pair(*cells), number, ()
    return "\n".join(cells), number, ()


def _pair(key: str, value: str) -> str:
    return f"{key.rstrip(':').rstrip()}: {value}"


def _body(
    layout: Layout, rows: Iterable[Numbered], tables: Tables
) -> Generator[Row, None, list[Numbered]]:
    """The rows up to the next empty one; returns the row after it, if any."""
    names = [f"{name}: " if name else "" for name in layout.names]
    full = "\n".join(name.replace("%", "%%") + "%s" for name in names)
    header, width = layout.header, len(names)
    last, skipped_after = 0, tables.skipped_after
    for numbered in rows:
        number, row = numbered
        if number - last != 1 and last and last != skipped_after:
            tables.seen = True
            return [numbered]
        if len(row) == width > 1 and all(row):  # the usual case
            if row == header and (last or tables.seen):
                tables.repeated += number > skipped_after
                last = number
                continue
            key, is_alone = row[0], False
            text = full % tuple(row)
        else:
            cells = [(n, cell) for n, cell in zip_longest(names, row, fillvalue="") if cell]
            if not cells:
                continue
            key, is_alone = cells[0][1], len(cells) == 1
            if layout.is_form and len(cells) == FORM_COLUMNS:
                text = _pair(key, cells[1][1])
            else:
                text = "\n".join(name + cell for name, cell in cells)
        last = number
        is_named = not is_alone and len(key) <= KEY_LENGTH_MAX and "\n" not in key
        if is_named and len(text) > PART_LENGTH_MAX and len(row) > WIDE_CELLS_MIN:
            yield from ((part, number, (key,)) for part in _parts(names, row))
            continue
        yield text, number, (key,) if is_named else ()
    return []


def _parts(names: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """The text of a wide row in parts, each of which begins with the key of the row."""
    pairs = zip_longest(names, row, fillvalue="")
    first, *lines = [name + cell for name, cell in pairs if cell]
    part, length = [first], len(first)
    for line in lines:
        if length + len(line) >= PART_LENGTH_MAX and len(part) > 1:
            yield "\n".join(part)
            part, length = [first], len(first)
        part.append(line)
        length += len(line) + 1
    yield "\n".join(part)
