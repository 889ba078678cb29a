"""Markdown: paragraphs, lists, code blocks and table rows under their path of headings."""

import re
from collections.abc import Iterator

from mara.extraction.model import Block, Place
from mara.extraction.tables import read_rows

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_HIDDEN_LINE = re.compile(r"^ {0,3}\[[^\]]*\]:[ \t]*(?:#|<>)[ \t]*[\"'(].*$")
"""A link definition without a target, the usual way to write a comment without HTML."""
_BETWEEN = re.compile(r"^[ \t|:]*-[-: \t|]*$")
"""The delimiter row of a table."""
_CELLS = re.compile(r"(?<!\\)\|")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def read_markdown(text: str) -> Iterator[Block]:
    """Blocks of the rendered text: front matter and comments are dropped."""
    body = _without_comments(_FRONT_MATTER.sub("", text).split("\n"))
    path: dict[int, str] = {}
    written = True  # whether the last heading has text under it
    for kind, level, content in _parts(list(body)):
        if kind == "heading":
            if not written:
                yield _heading_alone(path)
            path = {depth: title for depth, title in path.items() if depth < level}
            path[level] = content
            written = False
        else:
            written = True
            yield from _blocks(content, tuple(path.values()))
    if not written:
        yield _heading_alone(path)


def _without_comments(lines: list[str]) -> Iterator[str]:
    """Comments within code, and unterminated ones, are kept as text."""
    last_end = max((n for n, line in enumerate(lines) if "-->" in line), default=-1)
    fence: str | None = None
    within = False
    for number, line in enumerate(lines):
        if not within:
            mark = _FENCE.match(line)
            if fence is not None or mark:
                fence = _after(fence, mark)
                yield line
                continue
        shown, within = _outside(line, within=within, closed_later=number < last_end)
        if not _HIDDEN_LINE.match(shown) and (shown.strip() or not line.strip()):
            yield shown


def _after(fence: str | None, mark: re.Match[str] | None) -> str | None:
    """The code fence that is open after this line."""
    if fence is None:
        return mark[1] if mark else None
    return None if mark and mark[1].startswith(fence) else fence


def _outside(line: str, *, within: bool, closed_later: bool) -> tuple[str, bool]:
    """The line without comments, and whether a comment continues after it."""
    kept: list[str] = []
    position = 0
    while True:
        if within:
            end = line.find("-->", position)
            if end < 0:
                return "".join(kept), True
            position, within = end + len("-->"), False
        start = line.find("<!--", position)
        if start < 0 or (not closed_later and "-->" not in line[start:]):
            return "".join([*kept, line[position:]]), False
        kept.append(line[position:start])
        position, within = start, True


def _blocks(content: str, headings: tuple[str, ...]) -> Iterator[Block]:
    lines = content.split("\n")
    if not _is_table(lines):
        yield Block(content, Place(headings=headings))
        return
    rows = [_cells(line) for line in [lines[0], *lines[2:]]]
    for block in read_rows(rows, sheet=None, first_row=1):
        place = Place(row=block.place.row, headings=headings + block.place.headings)
        yield Block(block.text, place)


def _is_table(lines: list[str]) -> bool:
    if len(lines) < 3 or not all("|" in line for line in lines):  # noqa: PLR2004 - head, rule, row
        return False
    return _BETWEEN.match(lines[1]) is not None


def _cells(line: str) -> list[str]:
    row = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELLS.split(row)]


def _heading_alone(path: dict[int, str]) -> Block:
    titles = tuple(path.values())
    return Block(titles[-1], Place(headings=titles))


def _parts(lines: list[str]) -> Iterator[tuple[str, int, str]]:
    """(kind, level, text) of each heading and each block between blank lines."""
    block: list[str] = []
    fence: str | None = None
    for line in lines:
        mark = _FENCE.match(line)
        if fence is not None:
            block.append(line)
            if mark and mark[1].startswith(fence):
                fence = None
            continue
        if mark:
            fence = mark[1]
            block.append(line)
            continue
        heading = _HEADING.match(line)
        if heading is None and _UNDERLINE.match(line) and len(block) == 1:
            yield "heading", 1 if "=" in line else 2, block.pop().strip()
            continue
        if heading or not line.strip():
            if block:
                yield "text", 0, "\n".join(block)
                block = []
            if heading:
                yield "heading", len(heading[1]), heading[2].strip()
            continue
        block.append(line)
    if block:
        yield "text", 0, "\n".join(block)
